// The dashboard of a team's lead: fetches the figures each minute and draws them.
//
// All names in the figures are of strangers: they become text nodes, never markup.

const EVERY = 60_000;
const SVG = "http://www.w3.org/2000/svg";

// ---------------------------------------------------------------- Elements

function made(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

/** Return an element; `properties` are attributes, or listeners (`onclick`). */
const h = (tag, properties = {}, ...children) => made(document.createElement(tag), properties, children);

/** The same, for a drawing. */
const s = (tag, properties = {}, ...children) =>
  made(document.createElementNS(SVG, tag), properties, children);

// ---------------------------------------------------------------- Words and numbers

// What shows nothing, or turns what follows around, is written out.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\p{Cs}]/gu;

const visible = (text) =>
  String(text).replace(HIDDEN, (found) => {
    const code = found.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `[U+${code}]`;
  });

/** What strangers named: in its own direction, and cut where it is long; then the tip has more. */
function datum(text, name = null, most = 60) {
  const all = [...visible(String(text).slice(0, 2000))];
  const isLong = all.length > most;
  const shown = isLong ? `${all.slice(0, most - 1).join("")}…` : all.join("");
  return h("bdi", { dir: "auto", class: name, title: isLong ? all.join("") : null }, shown);
}

const count = (n) => Number(n).toLocaleString("en");
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
const percent = (share) => (share === null ? "–" : `${Math.round(share * 100)} %`);
const decimal = (value, digits = 2) => (value === null ? "–" : value.toFixed(digits));
const whole = { hour: "2-digit", minute: "2-digit", hour12: false };
const clock = (at) => new Date(at).toLocaleTimeString("en", whole);
const day = (at, how = { day: "numeric", month: "short" }) => new Date(at).toLocaleDateString("en", how);

function when(at) {
  if (!at) return "–";
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? clock(at) : `${day(at)}, ${clock(at)}`;
}

// ---------------------------------------------------------------- Drawings

/** A phone: as in the style. */
const isNarrow = matchMedia("(max-width: 640px)");

/**
 * A line from `from` to `to` with an interval, its figure, and marks to compare with. It repeats
 * numbers that stand beside it, so that a screen reader passes it over.
 */
function interval({ value, low, high }, { from = 0, to = 1, marks = [], width = isNarrow.matches ? 92 : 180 } = {}) {
  const [height, edge] = [16, 4];
  const x = (at) => edge + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 2 * edge);
  const line = (at, name, reach) =>
    s("line", { x1: x(at), x2: x(at), y1: 8 - reach, y2: 8 + reach, class: name });
  const known = value !== null && low !== null;
  return s(
    "svg",
    { class: "interval", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    s("line", { x1: x(from), x2: x(to), y1: 8, y2: 8, class: "track" }),
    marks.map((at) => line(at, "mark", 7)),
    known ? s("rect", { x: x(low), y: 5, width: Math.max(x(high) - x(low), 2), height: 6, rx: 3, class: "band" }) : "",
    known ? s("circle", { cx: x(value), cy: 8, r: 3.5, class: "dot" }) : "",
  );
}

/** A share with its interval: the drawing, the share, how many of how many. */
function share({ right, of, share: value, low, high }, how = {}) {
  if (!of) return h("span", { class: "none" }, "none yet");
  return h(
    "span",
    { class: how.width ? "figure narrow" : "figure" },
    interval({ value, low, high }, how),
    h("span", { class: "value" }, percent(value)),
    h("small", {}, `${count(right)} of ${count(of)}, ${range(low, high, percent)}`),
  );
}

const range = (low, high, say) => (low === null ? "" : `${say(low).replace(" %", "")}–${say(high)}`);

/** A coefficient with its interval. */
function coefficient(figure, how) {
  if (figure.value === null) return h("span", { class: "none" }, "undefined");
  const say = how.say ?? decimal;
  return h(
    "span",
    { class: "figure" },
    interval(figure, how),
    h("span", { class: "value" }, say(figure.value)),
    h("small", {}, range(figure.low, figure.high, say)),
  );
}

/** Parts of a whole as one bar. */
function stacked(parts, label) {
  const total = parts.reduce((sum, part) => sum + part.n, 0);
  if (!total) return "";
  const width = 1000;
  let x = 0;
  const bars = parts.flatMap(({ n, name }) => {
    const bar = s("rect", { x, y: 0, width: (n / total) * width, height: 20, class: `part-${name}` });
    x += (n / total) * width;
    return n ? [bar] : [];
  });
  return s(
    "svg",
    { class: "stacked", viewBox: `0 0 ${width} 20`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    bars,
  );
}

/** Counts over time as bars; the numbers are in a table below. */
function bars(entries, words, label) {
  const [width, height] = [entries.length * 12, 72];
  const most = Math.max(...entries.map((each) => each.answers), 1);
  const drawn = entries.map(({ at, answers }, n) => {
    const tall = answers ? Math.max((answers / most) * height, 2) : 0;
    const place = { x: n * 12 + 1, y: height - tall, width: 10, height: tall, class: "bar" };
    return s("rect", place, s("title", {}, `${words(at)}: ${plural(answers, "answer")}`));
  });
  return s(
    "svg",
    { class: "bars", viewBox: `0 0 ${width} ${height + 1}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    s("line", { x1: 0, x2: width, y1: height + 0.5, y2: height + 0.5, class: "track" }),
    drawn,
  );
}

// ---------------------------------------------------------------- Parts of the page

/** A part with a heading, what it says, and when to act. */
function part(id, title, says, act, ...children) {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title`, tabindex: "-1" }, title),
    h("p", { class: "says" }, says),
    act ? h("p", { class: "when" }, h("strong", {}, "When to act: "), act) : "",
    children,
  );
}

/**
 * A table that scrolls sideways where it is too wide. `columns` are [heading, cell of a row, class];
 * the first one heads the row.
 */
function table(caption, columns, rows, total = rows.length) {
  if (!rows.length) return "";
  const head = columns.map(([title, , name]) => h("th", { scope: "col", class: name }, title));
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      columns.map(([, cell, name], n) =>
        n ? h("td", { class: name }, cell(row)) : h("th", { scope: "row", class: name }, cell(row)),
      ),
    ),
  );
  return h(
    "div",
    { class: "wide", "data-name": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)),
    total > rows.length ? h("p", { class: "more" }, `and ${count(total - rows.length)} more`) : "",
  );
}

const nothing = (words) => h("p", { class: "none" }, words);

/** Item ids, folded where there are many. */
function ids(named, n) {
  if (!named.length) return "–";
  const more = n > named.length ? ` and ${count(n - named.length)} more` : "";
  const list = h("ul", { class: "ids" }, named.map((id) => h("li", {}, datum(id))), more ? h("li", {}, more) : "");
  return h("details", {}, h("summary", {}, "which"), list);
}

// ---------------------------------------------------------------- What to do

const TITLES = {
  waits: "What waits",
  reviewers: "Reviewers",
  agreement: "Agreement",
  hot_spots: "Where answers differ",
  causes: "Root causes",
  functions: "Labeling functions",
};

function attention({ attention: entries, waits }) {
  const isDone = waits.items > 0 && waits.settled + waits.given_up === waits.items;
  const calm = isDone ? "Every item of the queue is settled." : "Nothing asks for you now.";
  const list = entries.map(({ level, about, says, do: todo }) =>
    h(
      "li",
      { class: level },
      h("span", { class: "badge" }, level === "act" ? "Act" : "Look"),
      h("div", {}, h("p", {}, datum(says, "strong", 400)), h("p", {}, todo)),
      h("a", { href: `#${about}` }, TITLES[about]),
    ),
  );
  return h(
    "section",
    { id: "todo", "aria-labelledby": "todo-title" },
    h("h2", { id: "todo-title" }, "What to do now"),
    list.length ? h("ul", { class: "todo" }, list) : h("p", { class: "calm" }, calm),
  );
}

// ---------------------------------------------------------------- The queue

const STATES = [
  ["settled", "Settled", "Enough reviewers agree, or an expert decided."],
  ["started", "Waiting for a further answer", "They come to other reviewers by themselves."],
  ["adjudication", "For adjudication", "Answers differ, or several skipped: an expert decides."],
  ["escalated", "Escalated", "A reviewer passed it on: an expert decides."],
  ["given_up", "Given up", "Experts differ or cannot say: leave them out, or change the classes."],
  ["open", "Open", "Nobody answered yet."],
];

function waiting({ waits, flagged, rule, overlap }) {
  const parts = STATES.map(([name, title, what]) => ({ name, title, what, n: waits[name] }));
  const all = waits.items || 1;
  const label = parts.filter((each) => each.n).map((each) => `${each.title} ${count(each.n)}`).join(", ");
  const twice = overlap ? ` ${percent(overlap)} of the items get a second answer.` : "";
  const asked = `${rule[0]} of ${rule[1]} answers settle an item.${twice}`;
  const held = `${plural(waits.leased, "item")} ${waits.leased === 1 ? "is" : "are"} on somebody's screen now. `;
  return part(
    "waits",
    "What waits",
    `${plural(waits.items, "item")} in the queue; ${asked} ${held}${plural(waits.checks, "gold check")} beside them.`,
    "items for adjudication or escalated wait for an expert alone.",
    stacked(parts, label),
    table(
      "Items of the queue by what they wait for",
      [
        ["State", (row) => [h("span", { class: `key part-${row.name}` }), row.title]],
        ["Items", (row) => count(row.n), "number"],
        ["Share", (row) => percent(row.n / all), "number"],
        ["What it means", (row) => row.what, "words"],
        ["Which", (row) => ids(waits.named[row.name] ?? [], row.n)],
      ],
      parts,
    ),
    flagged.items
      ? h("div", { class: "flagged" }, h("p", {}, `${plural(flagged.items, "item")} flagged for you.`), ids(flagged.named, flagged.items))
      : "",
  );
}

// ---------------------------------------------------------------- Reviewers

function reviewers({ reviewers: rows }) {
  const about = (row) => {
    const last = row.last_at ? h("time", { datetime: row.last_at }, when(row.last_at)) : "no answer yet";
    return h("small", {}, row.role || "not registered", " · ", last);
  };
  const skipped = (row) => [percent(row.skip.share), h("small", {}, `${count(row.skips)}`)];
  const [narrow, marked] = [{ width: 84 }, { width: 84, marks: [0.9] }];
  return part(
    "reviewers",
    "Reviewers",
    "What stands of each: answers, how fast, and how right. The line beside a share is its 95 % interval: " +
      "a long one is of few cases, and says little. The mark is at 90 %.",
    "an interval of gold checks that ends below the mark is no bad luck. Few answers as the others is no " +
      "fault by itself: the only expert differs most. Many skips ask for knowledge, or for guidelines.",
    rows.length
      ? table(
          "Work of each reviewer",
          [
            ["Reviewer", (row) => [datum(row.reviewer, "name"), about(row)]],
            ["Answers", (row) => count(row.answers), "number"],
            ["Per minute", (row) => decimal(row.rate_per_minute, 1), "number"],
            ["Seconds", (row) => decimal(row.seconds_median, 1), "number"],
            ["Gold checks right", (row) => share(row.gold, marked)],
            ["As most others", (row) => share(row.others, narrow)],
            ["Upheld by experts", (row) => share(row.upheld, narrow)],
            ["Skipped", skipped, "number"],
            ["Escalated", (row) => count(row.escalations), "number"],
            ["Flagged", (row) => count(row.flags), "number"],
            ["Holds", (row) => count(row.holds), "number"],
          ],
          rows,
        )
      : nothing("Nobody is registered, and nobody answered."),
    h(
      "p",
      { class: "note" },
      "Per minute is of the last 50 answers, seconds the median of all given one by one. " +
        "Under the name is when the last answer came. Holds are items that are leased now.",
    ),
  );
}

// ---------------------------------------------------------------- Time

function overTime({ hours, days }) {
  const hourly = (at) => `${day(at)}, ${clock(at)}`;
  const drawn = [
    ["By hour, the last two days", hours, hourly, "in an hour"],
    ["By day, the last two months", days, (at) => day(at, { day: "numeric", month: "short", timeZone: "UTC" }), "in a day"],
  ].filter(([, entries]) => entries.length);
  const figure = ([title, entries, words, each]) => {
    const total = entries.reduce((sum, each) => sum + each.answers, 0);
    const most = Math.max(...entries.map(({ answers }) => answers));
    const said = `${plural(total, "answer")}, at most ${count(most)} ${each}`;
    return h(
      "figure",
      {},
      h("figcaption", {}, title, h("small", {}, said)),
      bars(entries, words, `${title}: ${said}`),
      h("p", { class: "axis" }, h("span", {}, words(entries[0].at)), h("span", {}, words(entries.at(-1).at))),
      h(
        "details",
        {},
        h("summary", {}, "Numbers"),
        table(
          title,
          [["From", (row) => words(row.at)], ["Answers", (row) => count(row.answers), "number"]],
          [...entries].reverse().filter(({ answers }) => answers),
        ),
      ),
    );
  };
  return part(
    "time",
    "Answers over time",
    "Every answer and skip as it was given, also those that were changed later.",
    "a team that stopped has no items left, no time, or a question.",
    drawn.length ? h("div", { class: "two" }, drawn.map(figure)) : nothing("No answers in the last two months."),
  );
}

// ---------------------------------------------------------------- Agreement

const KAPPA = { from: -0.2, to: 1, marks: [0.667, 0.8] };
const SHARE = { say: percent };

const COEFFICIENTS = [
  ["alpha", "Krippendorff's alpha", "Beyond chance, of all reviewers. Quote this one.", KAPPA],
  ["fleiss", "Fleiss' kappa", "The same, each item counted once.", KAPPA],
  ["observed", "Percent agreement", "Two answers to an item are equal; flatters where a class is rare.", SHARE],
];

function agreement({ agreement: found }) {
  const { all, blind } = found;
  const counts = (each) =>
    `${plural(each.n_answers, "answer")}, ${plural(each.n_shared, "item")} with two or more, ` +
    `${count(each.n_disputed)} disputed`;
  const notes = [...new Set(COEFFICIENTS.map(([name]) => all[name].note).filter(Boolean))];
  return part(
    "agreement",
    "Agreement",
    "How often reviewers who saw the same item say the same. 0 is what chance would do, 1 always. Lines are " +
      `${percent(found.confidence)} intervals; the marks are at 0.667, where tentative conclusions begin, and 0.8.`,
    "below 0.667, settle the disputed items together and write down why. Blind answers (proposal hidden) that " +
      "agree less than all say how far the proposal pulls: trust the blind ones.",
    table(
      "Agreement of all reviewers",
      [
        ["Figure", ([, title, what]) => [h("span", { class: "name" }, title), h("small", {}, what)]],
        ["All answers", ([name, , , how]) => coefficient(all[name], how)],
        ["Blind answers", ([name, , , how]) => coefficient(blind[name], how)],
      ],
      COEFFICIENTS,
    ),
    h("p", { class: "note" }, `All: ${counts(all)}. Blind: ${counts(blind)}. `, sampled(all), ...notes.map((note) => [" ", datum(note, null, 400)])),
    byClass(all.classes),
    byPair(all.pairs, blind.pairs),
  );
}

function sampled(all) {
  const of = all.sampled === null ? "" : `Figures are of ${plural(all.sampled, "item")} drawn at random. `;
  return `${of}Intervals are from ${count(all.n_bootstrap)} resamples. Gold checks and experts' rulings are left out.`;
}

function byClass({ rows, total }) {
  const known = rows.filter((row) => row.answers);
  const of = (row, name) => ({ value: row[name], low: row[`${name}_low`], high: row[`${name}_high`] });
  return table(
    "By class: where one says it, another says it too",
    [
      ["Class", (row) => datum(row.class, "name")],
      ["Answers", (row) => count(row.answers), "number"],
      ["Said again", (row) => coefficient(of(row, "specific"), SHARE)],
      ["Alpha, against the rest", (row) => coefficient(of(row, "alpha"), KAPPA)],
    ],
    known,
    total - (rows.length - known.length),
  );
}

function byPair({ rows, total }, blind) {
  const key = (row) => JSON.stringify([row.reviewer, row.other]);
  const blindly = new Map(blind.rows.map((row) => [key(row), row]));
  const kappa = (row) =>
    row ? coefficient({ value: row.kappa, low: row.kappa_low, high: row.kappa_high }, KAPPA) : h("span", { class: "none" }, "none");
  return table(
    "By pair of reviewers: Cohen's kappa, the lowest first",
    [
      ["Reviewers", (row) => [datum(row.reviewer, "name"), " and ", datum(row.other, "name")]],
      ["Items", (row) => count(row.shared), "number"],
      ["Equal", (row) => percent(row.observed), "number"],
      ["Kappa, all", kappa],
      ["Kappa, blind", (row) => kappa(blindly.get(key(row)))],
    ],
    rows,
    total,
  );
}

// ---------------------------------------------------------------- Confusion

let chosen = null; // the pair that is shown, over a reload

function confusion({ confusion: { rows, total }, classes }) {
  const shown = h("div", { "aria-live": "polite" });
  const short = (name) => datum(name, null, 40).textContent;
  const key = (row) => JSON.stringify([row.reviewer, row.other]);
  const show = () => {
    const row = rows.find((each) => key(each) === chosen) ?? rows[0];
    shown.replaceChildren(matrix(row, classes));
    markScrolling();
  };
  const options = rows.map((row) =>
    h("option", { value: key(row), selected: key(row) === chosen }, `${short(row.reviewer)} and ${short(row.other)}`),
  );
  const choose = h("select", { id: "pair", onchange: (event) => ((chosen = event.target.value), show()) }, options);
  if (rows.length) show();
  const more = total > rows.length ? `The ${count(rows.length)} pairs with the lowest kappa.` : "";
  return part(
    "confusion",
    "Confusion between two reviewers",
    "What both said of the same items: a row is what the first said, a column what the other said. " +
      "On the diagonal they agree.",
    "one big number off the diagonal is one habit, which a sentence in the guidelines can end; many small ones are care.",
    rows.length
      ? [h("p", {}, h("label", { for: "pair" }, "Reviewers "), choose, h("small", {}, more)), shown]
      : nothing("No two reviewers answered the same item."),
  );
}

function matrix({ reviewer, other, shared, cells }, classes) {
  const given = new Set(cells.flatMap((cell) => [cell.says, cell.other_says]));
  const names = classes.filter((name) => given.has(name)).slice(0, 30);
  const items = new Map(cells.map((cell) => [JSON.stringify([cell.says, cell.other_says]), cell.items]));
  const most = Math.max(...cells.map((cell) => cell.items));
  const cell = (row, column) => {
    const n = items.get(JSON.stringify([row, column])) ?? 0;
    const heat = n ? Math.ceil((n / most) * 5) : 0;
    return h("td", { class: `number heat-${heat} ${row === column ? "same" : "other"}` }, n ? count(n) : "·");
  };
  const head = h(
    "tr",
    {},
    h("td", { class: "corner" }),
    names.map((name) => h("th", { scope: "col" }, datum(name))),
  );
  const body = names.map((row) =>
    h("tr", {}, h("th", { scope: "row" }, datum(row)), names.map((column) => cell(row, column))),
  );
  const caption = [datum(reviewer), " (rows) and ", datum(other), ` (columns) on ${plural(shared, "item")}`];
  return h(
    "div",
    { class: "wide", "data-name": "Confusion of two reviewers" },
    h("table", { class: "matrix" }, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)),
  );
}

// ---------------------------------------------------------------- Where answers differ

const KINDS = [
  ["classes", "Two classes", "Classes", "What to do: a sentence in the guidelines that tells them apart."],
  ["stratum", "Why an item was in the queue", "Stratum", "Doubtful items are disputed more; random ones should not be."],
  ["group", "Near-duplicates", "The first of them", "What to do: decide them once, by a labeling function or a rule."],
];

function hotSpots({ hot_spots: spots }) {
  const disputed = (row) => share({ right: row.disputed, of: row.items, share: row.share, low: row.low, high: row.high });
  const tables = KINDS.filter(([kind]) => spots[kind].rows.length).map(([kind, title, head, what]) => [
    table(
      title,
      [[head, (row) => datum(row.name, "name")], ["Disputed", disputed]],
      spots[kind].rows.slice(0, 8),
      spots[kind].total,
    ),
    h("p", { class: "note" }, what),
  ]);
  return part(
    "hot_spots",
    "Where answers differ",
    "Shares of items whose answers differ, the surest first: the order is by the lower end of the interval, " +
      "for one disputed item of one may be chance.",
    "the interval begins above a tenth.",
    tables.length ? tables : nothing("No answers differ."),
  );
}

// ---------------------------------------------------------------- Causes, functions, guidelines

function causes({ causes: rows }) {
  return part(
    "causes",
    "Root causes",
    "Why a label was wrong or an item could not be answered, as reviewers picked it.",
    "guideline gaps want a new version, bugs a better labeling function, data errors a repair at the source.",
    rows.length
      ? table(
          "Items by root cause",
          [
            ["Cause", (row) => datum(row.cause, "name")],
            ["Items", (row) => count(row.items), "number"],
            ["Proposal wrong", (row) => count(row.wrong), "number"],
            ["Reviewers", (row) => count(row.reviewers), "number"],
          ],
          rows,
        )
      : nothing("Nobody picked a cause yet."),
  );
}

function functions({ functions: { rows, total } }) {
  return part(
    "functions",
    "Labeling functions marked as wrong",
    "On how many items reviewers said that the function is wrong there.",
    "from three items on, open them and correct the function: it is wrong on more than these.",
    rows.length
      ? table(
          "Labeling functions by items on which they were marked as wrong",
          [
            ["Labeling function", (row) => datum(row.function, "name")],
            ["Items", (row) => count(row.items), "number"],
            ["Which", (row) => ids(row.named, row.items)],
          ],
          rows,
          total,
        )
      : nothing("None was marked."),
  );
}

function guidelines({ guidelines: { rows, total } }) {
  const version = (row) => [datum(row.version || "none", "name"), row.present ? h("span", { class: "tag" }, "present") : ""];
  const disputed = (row) => share({ right: row.disputed, of: row.shared, share: row.share, low: row.low, high: row.high });
  return part(
    "guidelines",
    "Guidelines",
    "What was answered under each version, and on how many items the answers differ that were given under it.",
    "a new version is good where its disputes are fewer; where the intervals overlap, it is too early to tell.",
    rows.length
      ? table(
          "Answers by version of the guidelines",
          [
            ["Version", version],
            ["Since", (row) => when(row.since)],
            ["Answers", (row) => count(row.answers), "number"],
            ["Reviewers", (row) => count(row.reviewers), "number"],
            ["Disputed", disputed],
          ],
          rows,
          total,
        )
      : nothing("There are no guidelines. Write some: they are shown beside each item."),
  );
}

// ---------------------------------------------------------------- The page

const place = document.getElementById("figures");
const state = document.getElementById("state");
const trouble = document.getElementById("trouble");
const again = document.getElementById("reload");

const PARTS = [attention, waiting, reviewers, overTime, agreement, confusion, hotSpots, causes, functions, guidelines];

let drawn = null;

function draw(figures) {
  drawn = figures;
  const title = figures.title ? `${visible(figures.title.slice(0, 100))} · dashboard` : "Dashboard";
  document.title = title;
  document.getElementById("title").replaceChildren(figures.title ? datum(figures.title, null, 100) : "Dashboard");
  const restore = kept();
  place.replaceChildren(...PARTS.map((make) => make(figures)));
  markScrolling();
  restore();
  state.textContent = `${plural(figures.n_decisions, "decision")}, as of ${when(figures.as_of)}`;
}

/** What scrolls sideways is reached by keyboard, and only that. */
function markScrolling() {
  for (const each of place.querySelectorAll(".wide")) {
    const scrolls = each.scrollWidth > each.clientWidth;
    const asked = { tabindex: "0", role: "region", "aria-label": each.dataset.name };
    for (const [name, value] of Object.entries(asked)) {
      if (scrolls) each.setAttribute(name, value);
      else each.removeAttribute(name);
    }
  }
}

/** Return what puts folds, focus and places back, after all was drawn again. */
function kept() {
  const parts = () => [...place.querySelectorAll("details, summary, select, a, .wide")];
  const before = parts().map((each) => [each.tagName, each.open, each.scrollLeft]);
  const focused = parts().indexOf(document.activeElement);
  const top = window.scrollY;
  return () => {
    const after = parts();
    const isSame = after.length === before.length && after.every((each, n) => each.tagName === before[n][0]);
    if (isSame) {
      after.forEach((each, n) => {
        if (before[n][1] !== undefined) each.open = before[n][1];
        each.scrollLeft = before[n][2];
      });
      after[focused]?.focus({ preventScroll: true });
    }
    window.scrollTo({ top, behavior: "instant" });
  };
}

/** Return the figures, or throw what to say. */
async function fetched() {
  const response = await fetch("/api/dashboard", { cache: "no-store" });
  if (response.status === 401) {
    location.assign("/login?to=dashboard");
    throw new Error("You are logged out.");
  }
  const reply = await response.json().catch(() => null);
  if (response.ok && reply && reply.ok !== false) return reply;
  throw new Error(reply?.error?.message ?? `The server answered ${response.status}. Try again later.`);
}

let loading = null;

function load() {
  loading ??= loadOnce().finally(() => (loading = null));
  return loading;
}

async function loadOnce() {
  again.disabled = true;
  try {
    draw(await fetched());
    trouble.hidden = true;
  } catch (error) {
    const words = error instanceof TypeError ? "The server does not answer. Check that it runs." : error.message;
    const kept = place.childElementCount ? " The figures below are older." : "";
    trouble.textContent = visible(words + kept);
    trouble.hidden = false;
    if (!place.childElementCount) state.textContent = "";
  } finally {
    again.disabled = false;
    place.setAttribute("aria-busy", "false");
  }
}

new ResizeObserver(markScrolling).observe(place);
isNarrow.addEventListener("change", () => drawn && draw(drawn));
again.addEventListener("click", load);
setInterval(() => document.hidden || load(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || load());
load();
