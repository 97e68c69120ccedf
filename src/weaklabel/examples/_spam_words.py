"""Templates and word lists of the synthetic comments; "{word}" is filled from WORDS."""

from __future__ import annotations

__all__ = ["HAM", "SPAM", "WORDS"]

WORDS: dict[str, tuple[str, ...]] = {
    "adj": ("amazing", "beautiful", "so good", "great", "catchy", "perfect", "lovely", "insane",
            "underrated", "timeless", "awesome", "iconic", "brilliant", "nice", "cool"),
    "bad": ("boring", "overrated", "annoying", "awful", "weird", "too loud", "lazy", "flat"),
    "singer": ("Mira Vale", "Dario K", "the Paper Foxes", "Luma", "Otis Grey", "Nova Twins of Lund",
               "Kasia", "Big Tram", "the Cold Lions", "Mr Ember"),
    "part": ("chorus", "bridge", "drop", "intro", "bass line", "guitar solo", "outro", "drums",
             "second verse", "whistle", "high note", "piano", "choir"),
    "thing": ("song", "track", "tune", "video", "clip", "beat", "melody", "performance", "vocals",
              "lyrics"),
    "person": ("my mum", "my little brother", "my grandpa", "my ex", "our teacher", "my dog",
               "my roommate", "the bus driver", "my sister", "dad"),
    "place": ("Lisbon", "Kenya", "Poland", "the gym", "school", "Peru", "my kitchen", "Norway",
              "the car", "Manila", "Turkey", "Ohio", "a train to Graz"),
    "year": ("2009", "2010", "2011", "2012", "2013", "2014", "2015"),
    "when": ("every morning", "at 3 am", "in the rain", "on repeat", "before exams", "all summer",
             "on the way to work", "after a breakup", "while cooking"),
    "time": ("0:47", "1:12", "1:58", "2:30", "3:05", "0:09", "2:44", "3:51", "4:02"),
    "count": ("1 million", "two billion", "300 million", "900k", "1,000,000", "2 billion",
              "half a billion", "12,404,988", "500 000"),
    "small": ("3", "5", "10", "20", "50", "100", "250"),
    "hobby": ("drone flights", "cooking", "gaming", "guitar covers", "beats", "pranks", "vlogs",
              "magic tricks", "makeup", "football tricks", "remixes", "speed runs", "card tricks"),
    "prize": ("a phone", "gift cards", "an iPhone", "a console", "coins", "concert tickets",
              "sneakers", "skins", "a laptop"),
    "site": ("example.com", "www.example.org", "http://example.com/free", "https://example.net/win",
             "http://shop.example.org/deal", "https://example.com/ref?id=8812", "bit.example.com/x7",
             "my-page.example.net", "http://music.example.org/new", "example . com"),
    "fansite": ("https://example.org/lyrics", "http://example.org/interview-2012",
                "https://news.example.com/charts", "example.org/wiki"),
    "handle": ("@lo_beatz", "@kai.makes", "@real_zed99", "@nina_vlogs", "@tubeking", "@djmosa"),
    "network": ("instagram", "twitter", "facebook", "snap", "soundcloud"),
    "name": ("ZedBeats", "KaiMakesStuff", "NinaVlogs", "TubeKing", "DJ Mosa", "LoFi Lena",
             "MadMax Pranks", "TwinTunes"),
    "job": ("rapper", "singer", "producer", "small youtuber", "drummer", "dancer", "DJ", "gamer"),
    "hey": ("hey guys", "hi everyone", "yo", "hello people", "hey", "guys", "hi", "sup"),
    "please": ("please", "pls", "plz", "pleeease", "kindly", ""),
    "emoji": ("😂", "❤️", "🔥", "💜", "😍", "👏", "🎶", "😭", "👍", ":)", ":D", "<3", "xD"),
    "tail": ("!", "!!", "...", "", "", "", ".", " lol", " haha", " omg"),
}  # fmt: skip

HAM: dict[str, tuple[str, ...]] = {
    "praise": (
        "this {thing} is {adj}", "{adj} {thing}", "love this {thing} so much", "i love {singer}",
        "best {thing} ever", "{singer} never disappoints", "the {part} is {adj}",
        "can't stop listening to this {thing}", "still my favorite {thing} in {year}",
        "goosebumps at the {part} every single time", "what a {adj} voice",
        "i listen to this {when}", "the {thing} makes me so happy", "wow just wow {emoji}",
    ),
    "criticism": (
        "this is {bad} sorry", "the {part} is {bad} but the rest is ok", "why is the {part} so {bad}",
        "i don't get the hype, {bad} {thing}", "the old {thing} was better, this is {bad}",
        "so much autotune, {bad}", "who else thinks the {part} is {bad}",
    ),
    "memory": (
        "reminds me of {year}", "{person} used to play this in {place}", "we danced to this in {place}",
        "i was in {place} when this came out, miss those days", "who is still here in {year}",
        "{person} hates this and i love it", "my childhood right here {emoji}",
        "heard this in {place} {when} and had to look it up",
        "greetings from {place}", "{person} sang this at my wedding in {year}",
    ),
    "moment": (
        "{time} is the best part", "that face at {time} {emoji}", "the {part} at {time} gives me chills",
        "{time} - {time} on repeat", "wait for the {part} at {time}", "did the cat move at {time}?",
    ),
    "views": (
        "how does this have {count} views", "{count} views and still {adj}",
        "came to see the view count {emoji}", "i am viewer number {count}",
        "road to {count} views", "half of the {count} views are {person}",
    ),
    "joke": (
        "i pressed replay so often that the button filed a complaint", "{person} thinks the {part} is a fire alarm",
        "my neighbours love this {thing} too, they have no choice", "the dancer on the left owes me a new spine",
        "me: sleeps. my brain {when}: the {part}", "even the extras at {time} look tired {emoji}",
        "nobody: absolutely nobody: {person}: sings the {part}", "i came for the {part} and stayed for the hair",
    ),
    "short": (
        "first", "lol", "{emoji}{emoji}{emoji}", "nice", "legend", "wow", "{singer}", "meh", "no words",
        "{year} anyone", "{place}?", "hmm", "classic", "who", "ok then",
    ),
    "question": (
        "what is the name of the {thing} at {time}", "is that {singer} in the background?",
        "does anyone know who plays the {part}?", "where was this filmed, {place}?",
        "why did they cut the {part}?", "how old is {singer} here?",
    ),
    "other language": (
        "me encanta esta canción", "qué linda voz {emoji}", "super morceau, j'adore", "toujours aussi beau",
        "das Lied ist der Hammer", "musica maravilhosa, saudades", "kocham tę piosenkę",
        "bu şarkı çok güzel", "очень красиво", "いい曲だね", "bellissima {emoji}", "saludos desde {place}",
    ),
    "looks like spam": (
        "check out {time}, that {part} {emoji}", "check out the {part} at {time}",
        "subscribe if you cry at the {part}", "like this comment if you still listen in {year}",
        "i subscribed only because of the {part}", "the lyrics are on {fansite}",
        "there is an interview with {singer}: {fansite}", "thumbs up if {person} showed you this {thing}",
        "she should make a new channel just for the {part}", "my friends never follow my taste but this one they do",
        "please make more {thing}s like this", "you guys can't tell me the {part} isn't {adj}",
        "free tickets for {singer} would save my {year}", "all these channel ads in the comments are {bad}",
        "stop posting your channels here, just enjoy the {thing}", "full chart history here {fansite}",
    ),
}  # fmt: skip

SPAM: dict[str, tuple[str, ...]] = {
    "channel": (
        "check out my channel", "{hey} check out my channel for {hobby}", "come see my {hobby} on my channel",
        "{please} visit my channel, i do {hobby}", "new {hobby} every week on my channel {name}",
        "{hey} {please} take a look at my {hobby}, link on my profile", "my channel has better {hobby} than this",
        "search {name} for the funniest {hobby}", "watch my new video, {hobby} in {place}",
        "{hey} i'm a {job} from {place}, check my videos {please}",
    ),
    "subscribe": (
        "subscribe to {name}", "{please} subscribe i need {small} more subs", "sub for sub?",
        "sub 4 sub, i always sub back", "{hey} subscribe me and i subscribe you",
        "trying to reach {small} subscribers by friday, help me {please}", "{please} sub to my channel {emoji}",
        "subscribe and i will show you my {hobby}",
    ),
    "link": (
        "{site}", "look at this {site}", "{adj} {thing}, i put it here {site}", "watch it free {site}",
        "{hey} {site} is way better", "download the {thing} here: {site}", "funny {hobby} {site}",
        "{hey} {please} read this {site} it is important",
    ),
    "giveaway": (
        "win {prize} now at {site}", "i am giving away {prize}, the first {small} who follow me get one",
        "free {prize} for everybody who subscribes", "get {prize} without paying: {site}",
        "huge giveaway on my page, {prize} to win", "{hey} claim your {prize} today, only {small} left",
    ),
    "follow": (
        "follow me on {network} {handle}", "add me on {network}: {handle}", "{network}: {handle} follow back",
        "{hey} i post {hobby} on {network}, follow {handle}", "like my page on {network} {please}",
    ),
    "money": (
        "i earn {small}00 dollars a week from home, see {site}", "make money online with {hobby}, ask me how",
        "work two hours a day and get paid, details on {site}", "this app pays you for watching ads {site}",
        "stop being broke, my free course shows how", "{person} makes {small}00 a day with this trick, write me",
    ),
    "plea": (
        "i know nobody reads this but i am a {job} with a dream, give my {thing} one chance",
        "{hey} we are a band from {place} and just uploaded our first {thing}, tell us what you think",
        "i'm a young {job}, {please} listen to my {thing} and leave a comment",
        "sorry for the ad but my cover of this {thing} took me {small} days, have a look",
        "help {person} get {small} votes: {site}", "{please} vote for our {job} contest at {site}",
        "share this with {small} friends or have bad luck {when}",
        "i know you scroll past comments like this one but i have no money for ads and no label, "
        "just a cheap microphone in {place} and {small} people who listen, so if you have one "
        "minute come over to {name} and tell me what you think",
        "▌▌▌ {prize} FOR EVERYBODY ▌▌▌ {site} ▌▌▌",
    ),
    "other language": (
        "suscríbete a mi canal {please}", "visita mi canal, subo {hobby}", "abonne toi à ma chaîne {emoji}",
        "bitte abonniert meinen Kanal", "inscreva-se no meu canal", "подпишись на мой канал",
        "kanalıma abone olun", "schaut mal auf {site}",
    ),
    "looks like ham": (
        "this {thing} is {adj}, mine is called {name} tonight", "love it! {name} did a {adj} version too",
        "{adj} {thing} but {name} sings it better, look it up", "type {name} and thank me later {emoji}",
        "if you like the {part} you will like {name}", "{singer} is {adj} and so are our {hobby}",
        "the {part} inspired my {hobby}, it is on my page", "who wants {prize}? write me",
        "{name} {name} {name}", "loved the {part}, we play something similar in {place} every friday, come by",
    ),
}  # fmt: skip
