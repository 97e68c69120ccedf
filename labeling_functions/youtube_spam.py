"""Labeling functions for comments under music videos: advertising ("spam") or not ("ham").

Written from reading comments. Spam advertises something: a channel, a page, an
own song, money. Ham talks about the music, the singer, the video or itself.
"""

import html
import re

from weaklabel import keyword_lf, labeling_function, lookup_lf, preprocessor, regex_lf

SPAM, HAM = "spam", "ham"

LINK = re.compile(
    r"https?://|www\.|ｈｔｔｐ|watch\?v=|\w ?\. ?(com|org|net|co|me|tv|ly|gl|info)\b(?!\.)",
    re.IGNORECASE,
)
CUES = re.compile(
    r"\bsub(s|scrib\w*)?\b|\bcheck\w*\b|\bchannel|\bmy (video|music|song|page|cover)|\bfollow"
    r"|\bpleas|\bpl[sz]+\b|\bvot(e|ing)\b|\bshare|\bfacebook|\bfree\b|\bwin\b|\bdownload"
)
# The five videos of the real collection, and the singers of the synthetic comments.
ARTISTS = frozenset([
    "katy", "perry", "shakira", "eminem", "psy", "rihanna", "lmfao", "gangnam", "waka", "roar",
    "megan", "charlie", "mira", "vale", "luma", "kasia", "otis", "dario", "foxes", "ember",
])  # fmt: skip
OPINIONS = frozenset([
    "love", "loved", "loving", "best", "awesome", "awsome", "amazing", "beautiful", "great",
    "favorite", "favourite", "cool", "good", "nice", "epic", "perfect", "legend", "legendary",
    "sexy", "cute", "hot", "funny", "weird", "hate", "sucks", "suck", "worst", "boring", "annoying",
    "overrated", "awful", "catchy", "wow", "omg", "lol", "haha", "hilarious", "underrated",
    "timeless", "iconic", "brilliant", "insane", "lovely", "goosebumps", "chills",
])  # fmt: skip
MUSIC = frozenset([
    "song", "songs", "lyrics", "lyric", "voice", "vocals", "beat", "beats", "melody", "tune",
    "track", "chorus", "bridge", "intro", "outro", "drop", "drums", "bass", "guitar", "piano",
    "solo", "clip", "video", "dance", "dancing", "dancer", "sing", "sings", "singing", "sang",
    "rap", "music", "autotune", "choir",
])  # fmt: skip


@preprocessor
def plain(item):
    """Return the comment in lower case, without markup; a link that the site made stays as text."""
    text = html.unescape(item.text or "").replace("\ufeff", " ")
    text = re.sub(r"<a [^>]*>([0-9:]+)</a>", r"\1", text)  # the site links time stamps
    text = re.sub(r'<[^>]*href="([^"]*)"[^>]*>', r" \1 ", text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).lower().split())


@preprocessor(preprocessors=[plain])
def words(item):
    """Return the words, stretched ones shortened ("sooooo" is "so")."""
    return re.findall(r"[\w']+", re.sub(r"(\w)\1{2,}", r"\1", item.plain))


@preprocessor(preprocessors=[plain])
def advertises(item):
    """Return whether anything in the comment reminds of advertising."""
    return bool(LINK.search(item.plain) or CUES.search(item.plain))


# --- spam ---------------------------------------------------------------------------------------

check_out = regex_lf(
    r"\bche*ck+ *(it |this |my |our |us |me |him |them |these )?(out|my|our|this)\b"
    r"(?! (the )?(\w+ )?(at )?\d+:\d\d)",
    SPAM,
    name="check_out",
    description='Says "check out", but not of a moment of the video.',
    tags=["promotion"],
    votes_on=[("Check out my new songs!", SPAM), ("CHECK THIS OUT guys", SPAM)],
    abstains_on=["check out 2:30, that drop", "I check the views every day"],
)

asks_to_subscribe = regex_lf(
    r"\b(un)?sub(s|bed|bing|scrib\w*)?\b",
    SPAM,
    name="asks_to_subscribe",
    description="Speaks of subscribing.",
    tags=["promotion"],
    votes_on=[("sub 4 sub?", SPAM), ("Please SUBSCRIBE to me", SPAM)],
    abstains_on=["the subtitles are wrong"],
)

other_languages = keyword_lf(
    ["suscríbete", "suscribanse", "mi canal", "abonne", "ma chaîne", "inscreva", "meu canal",
     "abonniert", "meinen kanal", "kanalıma", "abone ol", "подпишись", "мой канал", "iscriviti"],
    SPAM,
    name="asks_to_subscribe_in_other_languages",
    match="substring",
    description="Asks to subscribe in Spanish, French, Portuguese, German, Turkish or Russian.",
    tags=["promotion", "languages"],
    votes_on=[("Suscríbete a mi canal", SPAM)],
    abstains_on=["me encanta esta canción"],
)  # fmt: skip


@labeling_function(
    preprocessors=[plain],
    tags=["link"],
    votes_on=[("free skins http://example.com/x", SPAM), ("go to example . com now", SPAM)],
    abstains_on=["love the drop at 2:30", "nice.come on"],
)
def has_link(item):
    """Has a link, also one that was written with spaces; time stamps do not count."""
    return SPAM if LINK.search(item.plain) else None


own_work = regex_lf(
    r"\b(my|our) (\w+ ){0,3}(channels?|videos?|vids?|vidios?|music|songs?|page|profile|covers?"
    r"|mixtape|beats?|remix|playlist|raps?|website|blog|band|album|tracks?)\b"
    r"|\b(new|first) (channel|track|cover|remix|mixtape|album)\b",
    SPAM,
    name="own_work",
    description="Speaks of the writer's own channel, page, video or music.",
    tags=["promotion"],
    votes_on=[("look at my funny videos", SPAM), ("our new mixtape is out", SPAM)],
    abstains_on=["her video is great", "my mum loves it"],
)

begs = keyword_lf(
    ["please", "pls", "plz", "plzz", "pleease", "pleeease", "help me", "help us", "kindly"],
    SPAM,
    name="begs",
    description="Asks for a favour.",
    tags=["promotion"],
    votes_on=[("PLZ listen", SPAM)],
    abstains_on=["this pleases me"],
)

social_network = keyword_lf(
    ["facebook", "fb", "instagram", "insta", "twitter", "tweet", "snapchat", "snap", "soundcloud",
     "follow", "follow back", "followers", "add me", "like my page"],
    SPAM,
    name="social_network",
    description="Leads to another network.",
    tags=["promotion"],
    votes_on=[("follow me on Instagram", SPAM)],
    abstains_on=["the following verse is great"],
)  # fmt: skip

money = regex_lf(
    r"\b(free|win|won|prizes?|giveaway|giving away|gift ?cards?|earn|money|cash|get paid|pays you"
    r"|dollars?|hack\w*|download|apps?|claim your)\b|[$€]\s?\d|\d ?[$€]",
    SPAM,
    name="money",
    description="Promises money, prizes or free things.",
    tags=["promotion"],
    votes_on=[("Earn $500 a week", SPAM), ("huge giveaway today", SPAM)],
    abstains_on=["she sings of freedom"],
)

asks_for_support = regex_lf(
    r"\b(vote|votes|voting|share|shares|support|donate|petition)\b"
    r"|\bgive (it|me|us|my \w+) (a|one) (chance|try|shot|listen)\b|\bthank me later\b",
    SPAM,
    name="asks_for_support",
    description="Asks for votes, shares, donations or a chance.",
    tags=["promotion"],
    votes_on=[("vote for our band", SPAM), ("give me one chance", SPAM)],
    abstains_on=["I have no choice but to dance"],
)


@labeling_function(
    preprocessors=[plain],
    tags=["promotion"],
    votes_on=[("I'm a young rapper with a dream", SPAM), ("we are a band from Graz", SPAM)],
    abstains_on=["she is a great singer", "I am a fan"],
)
def introduces_own_act(item):
    """Introduces the writer as a musician or video maker."""
    act = r"(rapper|singer|producer|musician|band|youtuber|dancer|dj|artist|gamer|drummer|duo)s?"
    found = re.search(rf"\b(i'?m|i am|we'?re|we are) (\w+ ){{0,4}}{act}\b", item.plain)
    return SPAM if found else None


@labeling_function(
    preprocessors=[plain],
    tags=["promotion"],
    votes_on=[("Hey guys, I make music too", SPAM), ("hello everyone!", SPAM)],
    abstains_on=["hey jude is better", "Hello from Peru"],
)
def greets_the_crowd(item):
    """Opens with a greeting and goes on to address or invite everybody."""
    crowd = r"\b(guys|everyone|everybody|people|all|you|yall|my|our|i|i'm|we)\b"
    return (
        SPAM if re.search(rf"^\W*(hey|hi|hello|yo|sup|dear|guys)\b.*{crowd}", item.plain) else None
    )


like_bait = regex_lf(
    r"\bthumbs? up\b|\b(like|share) this (comment|with)\b|\b(like|comment) if\b",
    SPAM,
    name="like_bait",
    description="Fishes for likes.",
    tags=["promotion"],
    votes_on=[("Like this comment if you are alive", SPAM)],
    abstains_on=["I like this song"],
)

block_letters = regex_lf(
    r"[░▌▄▀█╔═║]{3}",
    SPAM,
    name="block_letters",
    description="Paints with block characters.",
    tags=["form"],
    votes_on=[("▌▌▌▌ HACK ▌▌▌▌", SPAM)],
    abstains_on=["--- wow ---"],
)


@labeling_function(
    preprocessors=[words],
    tags=["form"],
    votes_on=[("word " * 30, SPAM)],
    abstains_on=["word " * 29],
)
def is_long(item):
    """Has 30 words or more: who likes a song says so briefly."""
    return SPAM if len(item.words) >= 30 else None


# --- ham ----------------------------------------------------------------------------------------


@labeling_function(
    preprocessors=[words, advertises],
    tags=["form"],
    votes_on=[("so true my friend", HAM), ("First!", HAM)],
    abstains_on=["subscribe to me", "one two three four five six seven"],
)
def is_short(item):
    """Has six words at most, none of them advertising."""
    return HAM if 1 <= len(item.words) <= 6 and not item.advertises else None


@labeling_function(
    preprocessors=[plain],
    tags=["form"],
    votes_on=[("😍😍❤️", HAM), ("!!! <3", HAM)],
    abstains_on=["wow ❤️", "", "░░░▄▄▄"],
)
def has_no_letters(item):
    """Consists of emoji or signs."""
    if not item.plain or re.search(r"[^\W\d]|[░▌▄▀█╔═║]", item.plain):
        return None
    return HAM


@labeling_function(
    preprocessors=[words, advertises],
    resources={"opinions": OPINIONS},
    tags=["content"],
    votes_on=[("Sooo good, I can't stop", HAM), ("this is boring", HAM)],
    abstains_on=["awesome, check out my channel", "what year was this"],
)
def has_opinion(item, opinions):
    """Praises or scolds in 20 words at most, without advertising."""
    if item.advertises or len(item.words) > 20:
        return None
    return HAM if opinions.intersection(item.words) else None


@labeling_function(
    preprocessors=[words, advertises],
    resources={"music": MUSIC},
    tags=["content"],
    votes_on=[("that guitar gives me life", HAM)],
    abstains_on=["my new song http://example.com", "hello there"],
)
def speaks_of_music(item, music):
    """Speaks of the song or the video in 25 words at most, without advertising."""
    if item.advertises or len(item.words) > 25:
        return None
    return HAM if music.intersection(item.words) else None


@labeling_function(
    preprocessors=[words, advertises],
    resources={"artists": ARTISTS},
    tags=["content"],
    votes_on=[("Shakira is the queen", HAM)],
    abstains_on=["Shakira fans subscribe to me", "my queen"],
)
def names_the_artist(item, artists):
    """Names the singer or somebody in the video, without advertising."""
    return HAM if not item.advertises and artists.intersection(item.words) else None


@labeling_function(
    preprocessors=[plain],
    tags=["content"],
    votes_on=[("2 billion views!", HAM), ("only came for the view count", HAM)],
    abstains_on=["1000 views on my channel", "what a view"],
)
def counts_views(item):
    """Marvels at the number of views."""
    counted = re.search(r"\bview(s|ers?| count)\b|[bm]il+ions?\b", item.plain)
    if LINK.search(item.plain) or re.search(r"subscri|channel|money|dollar", item.plain):
        return None
    return HAM if counted else None


time_stamp = regex_lf(
    r"(?<![\d/=])\d{1,2} ?: ?[0-5]\d\b(?!:)",
    HAM,
    name="time_stamp",
    description="Points at a moment of the video.",
    tags=["content"],
    votes_on=[("that face at 3:46", HAM)],
    abstains_on=["I am 3 years old", "9:5"],
)


@labeling_function(
    preprocessors=[plain, advertises],
    tags=["content"],
    votes_on=[("who is still here in 2014", HAM), ("this was my childhood", HAM)],
    abstains_on=["Still looking? Subscribe!", "new today"],
)
def remembers(item):
    """Speaks of years gone by, without advertising."""
    past = (
        r"\b(still|remember|childhood|reminds?|memories|miss|old|used to|anyone"
        r"|years? (ago|later)|20(09|1\d))\b"
    )
    return HAM if not item.advertises and re.search(past, item.plain) else None


@labeling_function(
    preprocessors=[plain, words, advertises],
    tags=["content"],
    votes_on=[("Is that Charlie from Lost?", HAM)],
    abstains_on=["what now", "why not subscribe to me?"],
)
def asks_a_question(item):
    """Asks about the video in 25 words at most, without advertising."""
    asked = re.search(r"\b(what|why|who|where|how|is|does|did|was|anyone)\b.*\?", item.plain)
    return HAM if asked and len(item.words) <= 25 and not item.advertises else None


stock_comment = lookup_lf(
    {
        f"{said}{end}": label
        for said, label in {
            "first": HAM, "lol": HAM, "nice": HAM, "cool": HAM, "wow": HAM, "love it": HAM,
            "awesome": HAM, "i love this song": HAM, "love this song": HAM, "best song ever": HAM,
            "subscribe": SPAM, "sub for sub": SPAM, "sub for sub?": SPAM,
            "check out my channel": SPAM, "subscribe to my channel": SPAM,
            "check out this video on youtube:": SPAM, "check out this playlist on youtube:": SPAM,
        }.items()
        for end in ("", "!", "\ufeff", "!\ufeff", "<br />\ufeff")
    },
    name="stock_comment",
    description="Is, as a whole, something that very many people write.",
    tags=["form"],
    votes_on=[("Love it!", HAM), ("SUBSCRIBE", SPAM)],
    abstains_on=["love it more than you"],
)  # fmt: skip
