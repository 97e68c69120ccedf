// The review screen: one ES module for the local page and for the notebook widget.
//
// `mount(element, transport, options)` draws it. `transport.send(message)` promises the reply of
// the Python side, `transport.images(item_id, column)` an address for an <img>. The default export
// is what anywidget loads. All data are of strangers: they become text nodes, never markup.

// ---------------------------------------------------------------- Elements

/** Return an element; `properties` are attributes, listeners (`onclick`), or class names. */
function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

/** Text for a screen reader alone. */
const unseen = (text) => h("span", { class: "wl-unseen" }, text);

const press = (properties, ...words) => h("button", { type: "button", ...properties }, ...words);
const quiet = (properties, ...words) => press({ class: "wl-quiet", ...properties }, ...words);
const faint = (...words) => h("p", { class: "wl-faint" }, ...words);

/** A datum in a line of our words: set apart from them, in its own direction. */
const datum = (text, name = "") => h("bdi", { dir: "auto", class: name || null }, inline(text));

const count = (n) => Number(n).toLocaleString("en");
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
const probability = (value) => Number(value).toFixed(2);

// ---------------------------------------------------------------- Texts of strangers

// What shows nothing, or turns what follows around: controls, bidi marks, zero widths, fillers,
// halves of characters. Joiners only after Latin, where they hide a word from a pattern: emoji
// and other scripts need them.
const HIDDEN =
  /([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e007f}]|\r(?!\n)|\p{Cs}|(?<=[\u0021-\u024f])[\u200c\u200d])\1*/gu;

const NAMES = {
  0x0000: "null", 0x00ad: "soft hyphen", 0x200b: "zero-width space", 0x200c: "zero-width non-joiner",
  0x200d: "zero-width joiner", 0x200e: "left-to-right mark", 0x200f: "right-to-left mark",
  0x202a: "left-to-right embedding", 0x202b: "right-to-left embedding", 0x202c: "end of embedding",
  0x202d: "left-to-right override", 0x202e: "right-to-left override", 0x2060: "word joiner",
  0x2066: "left-to-right isolate", 0x2067: "right-to-left isolate", 0x2068: "isolate",
  0x2069: "end of isolate", 0xfeff: "byte order mark",
}; // prettier-ignore

const codeOf = (found) => {
  const code = found.codePointAt(0);
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
};

/** Return the text as nodes, each run of hidden characters as a small mark. */
function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of String(text).matchAll(HIDDEN)) {
    if (match.index > end) nodes.push(text.slice(end, match.index));
    nodes.push(hiddenMark(match[0], match[1]));
    end = match.index + match[0].length;
  }
  const rest = String(text).slice(end);
  return rest ? [...nodes, rest] : nodes;
}

function hiddenMark(run, one) {
  const times = run.length / one.length;
  const name = NAMES[one.codePointAt(0)] ?? "invisible character";
  const said = codeOf(one) + (times > 1 ? `×${count(times)}` : "");
  return h("span", { class: "wl-hidden-character", title: name }, said);
}

/** Return the text for an attribute or an announcement, hidden characters written out. */
const visible = (text) =>
  String(text).replace(HIDDEN, (run, one) => {
    const times = run.length / one.length;
    return `[${codeOf(one)}${times > 1 ? `×${times}` : ""}]`;
  });

/** Return a function from a place in code points to one in JavaScript's 16-bit units. */
function unitsOf(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (n) => Math.min(n, text.length);
  const starts = [];
  let at = 0;
  for (const character of text) {
    starts.push(at);
    at += character.length;
  }
  starts.push(at);
  return (n) => starts[Math.min(n, starts.length - 1)];
}

/**
 * Return a part of a text as [piece, functions that matched it, functions whose match ends here].
 * `from` is where the part begins in the whole text; highlights count code points of that.
 */
function pieces(text, from, highlights) {
  const unit = unitsOf(text);
  const spans = highlights
    .map((each) => [unit(Math.max(each.start - from, 0)), unit(Math.max(each.end - from, 0)), each.function])
    .filter(([start, end]) => start < end)
    .sort((one, other) => one[0] - other[0]);
  const edges = [...new Set([0, text.length, ...spans.flatMap(([a, b]) => [a, b])])].sort((a, b) => a - b);
  const found = [];
  let over = [];
  for (let n = 0; n + 1 < edges.length; n += 1) {
    const [start, end] = [edges[n], edges[n + 1]];
    while (spans.length && spans[0][0] <= start) over.push(spans.shift());
    over = over.filter((span) => span[1] > start);
    const names = [...new Set(over.map((span) => span[2]))];
    const ending = new Set(over.filter((span) => span[1] === end).map((span) => span[2]));
    found.push([text.slice(start, end), names, names.filter((name) => ending.has(name))]);
  }
  return found;
}

// ---------------------------------------------------------------- Outbox

const randomKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/**
 * What was answered and not yet acknowledged, in order; kept over a reload where there is storage.
 *
 * An entry is {message, items, tried}: `items` are the ids that the message answers (or an undo
 * opens again). Each tab keeps entries of its own, and a lock for as long as it lives: who finds
 * the entries of another tab takes them over when that lock is free, so that two tabs never send
 * the same one. Without locks (plain http from another machine) they are taken over at once; the
 * keys of the messages make that harmless.
 */
class Outbox {
  constructor(storage, prefix, onChange) {
    this.entries = [];
    this.storage = storage;
    this.prefix = prefix;
    this.onChange = onChange;
    this.tab = randomKey();
    this.n = 0;
    this.isKept = storage !== null;
    this.closing = new AbortController();
  }

  async start() {
    if (!this.storage) return;
    const locks = navigator.locks;
    if (!locks) {
      this.otherTabs().forEach((tab) => this.adopt(tab));
      return;
    }
    this.hold(locks);
    const held = new Set((await locks.query()).held.map((lock) => lock.name));
    for (const tab of this.otherTabs()) {
      const waiting = locks
        .request(this.prefix + tab, { signal: this.closing.signal }, () => this.adopt(tab))
        .catch(() => {});
      if (!held.has(this.prefix + tab)) await waiting;
    }
  }

  hold(locks) {
    const closed = new Promise((resolve) => this.closing.signal.addEventListener("abort", resolve));
    locks.request(this.prefix + this.tab, () => closed).catch(() => {});
  }

  stop() {
    this.closing.abort();
  }

  add(message, items) {
    this.n += 1;
    const order = `${String(Date.now()).padStart(15, "0")}-${String(this.n).padStart(6, "0")}`;
    const entry = { message, items, order, tried: false };
    this.entries.push(entry);
    this.write(entry);
    return entry;
  }

  drop(entry) {
    this.entries = this.entries.filter((each) => each !== entry);
    this.erase(this.tab, entry.order);
  }

  /** Ids of the items that have an answer here, in the order of what was done. */
  taken() {
    const ids = new Set();
    for (const { message, items } of this.entries) {
      for (const id of items) message.do === "undo" ? ids.delete(id) : ids.add(id);
    }
    return ids;
  }

  /** Ids of the items that an undo here opens again, of which the server has not heard yet. */
  reopened() {
    const undone = this.entries.filter((entry) => entry.message.do === "undo");
    const taken = this.taken();
    return new Set(undone.flatMap((entry) => entry.items).filter((id) => !taken.has(id)));
  }

  adopt(tab) {
    const known = new Set(this.entries.map((entry) => entry.message.key));
    for (const [order, entry] of this.stored(tab)) {
      if (!known.has(entry.message.key)) {
        this.entries.push({ ...entry, order, tried: true });
        this.write(this.entries.at(-1));
      }
      this.erase(tab, order);
    }
    this.entries.sort((a, b) => (a.order < b.order ? -1 : 1));
    this.onChange();
  }

  // Storage may be full, or forbidden: then answers are kept in memory, and the screen says so.

  keyOf(tab, order) {
    return `${this.prefix}${tab}/${order}`;
  }

  write(entry) {
    if (!this.storage) return;
    const { message, items, order } = entry;
    try {
      this.storage.setItem(this.keyOf(this.tab, order), JSON.stringify({ message, items }));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  erase(tab, order) {
    try {
      this.storage?.removeItem(this.keyOf(tab, order));
    } catch {
      this.isKept = false;
    }
  }

  otherTabs() {
    const tabs = this.names().map((name) => name.slice(this.prefix.length).split("/")[0]);
    return [...new Set(tabs)].filter((tab) => tab !== this.tab);
  }

  stored(tab) {
    const start = this.keyOf(tab, "");
    const names = this.names().filter((name) => name.startsWith(start));
    return names.sort().flatMap((name) => {
      const entry = readEntry(this.storage.getItem(name));
      return entry ? [[name.slice(start.length), entry]] : [];
    });
  }

  names() {
    try {
      return Object.keys(this.storage).filter((name) => name.startsWith(this.prefix));
    } catch {
      return [];
    }
  }
}

function readEntry(text) {
  try {
    const { message, items } = JSON.parse(text);
    return typeof message?.key === "string" && Array.isArray(items) ? { message, items } : null;
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------- Sending

const PATIENCE = [500, 1000, 2000, 5000, 10000, 20000];
const AGAIN = new Set(["store", "too_many"]); // nothing was stored, and a retry may help
const CLOSED = new Set(["unauthenticated", "forbidden"]); // no message will pass
const TRIES_OF_INTERNAL = 3;

class Refused extends Error {
  constructor(error) {
    super(error?.message ?? "The answer of the server makes no sense.");
    this.code = error?.code ?? "internal";
  }
}

/** Send one message after the other: those of the outbox with retries, the others once. */
class Sender {
  constructor(transport, on) {
    this.transport = transport;
    this.on = on; // {reply(reply, entry), refused(error, entry), change()}
    this.outbox = null;
    this.line = Promise.resolve();
    this.trouble = ""; // why nothing gets through, "" where it does
    this.closed = false; // no message will pass before somebody logs in
    this.failures = 0;
    this.pumping = null;
    this.wake = () => {};
    this.isLeaving = false;
  }

  /** The screen is gone: send what is left, and promise to be done with it some day. */
  finish() {
    this.isLeaving = true;
    this.wake();
    return this.pump();
  }

  /** Send all that is in the outbox. */
  pump() {
    this.pumping ??= this.pumpAll().finally(() => {
      this.pumping = null;
      this.on.change();
    });
    return this.pumping;
  }

  async pumpAll() {
    while (this.outbox?.entries.length && !this.closed && !this.hasGivenUp()) {
      const entry = this.outbox.entries[0];
      if (!(await this.attempt(entry))) await this.pause();
    }
  }

  hasGivenUp() {
    return this.isLeaving && this.failures >= PATIENCE.length;
  }

  async attempt(entry) {
    entry.tried = true;
    this.on.change();
    let reply = null;
    let error = null;
    try {
      reply = await this.exchange(entry.message);
    } catch (caught) {
      if (this.isPassing(caught, entry)) return false;
      error = caught;
    }
    this.through();
    this.outbox.drop(entry);
    if (error) this.on.refused(error, entry);
    else this.on.reply(reply, entry);
    return true;
  }

  /** Say whether an entry stays in the outbox after an error. */
  isPassing(error, entry) {
    const isRefused = error instanceof Refused;
    entry.failed = (entry.failed ?? 0) + 1;
    const isOver = error.code === "internal" ? entry.failed >= TRIES_OF_INTERNAL : !AGAIN.has(error.code);
    this.closed = isRefused && CLOSED.has(error.code);
    if (isRefused && isOver && !this.closed) return false;
    this.fail(error);
    return true;
  }

  /** Send a message that stores nothing, once the outbox is empty. */
  async request(message) {
    if (this.outbox?.entries.length) {
      this.wake();
      const arrived = new Promise((resolve) => (this.onFailure = resolve));
      await Promise.race([this.pump(), arrived]);
      if (this.outbox.entries.length) throw new Error(this.trouble || "Not connected.");
    }
    try {
      const reply = await this.exchange(message);
      this.through();
      return reply;
    } catch (error) {
      this.closed = error instanceof Refused && CLOSED.has(error.code);
      if (!(error instanceof Refused) || this.closed) this.fail(error);
      throw error;
    }
  }

  exchange(message) {
    const sent = this.line.then(() => this.transport.send(message));
    this.line = sent.catch(() => {});
    return sent.then((reply) => {
      if (reply?.ok === true) return reply;
      throw new Refused(reply?.error);
    });
  }

  through() {
    this.failures = 0;
    this.trouble = "";
    this.closed = false;
  }

  fail(error) {
    this.failures += 1;
    this.trouble = error instanceof Refused ? error.message : "offline";
    this.onFailure?.();
    this.on.change();
  }

  pause() {
    const wait = PATIENCE[Math.min(this.failures, PATIENCE.length) - 1] ?? PATIENCE[0];
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

// ---------------------------------------------------------------- What is shown of an item

const PER_PART = 50000;
const MANY_CLASSES = 12;
const KEYED_CLASSES = 9;
const FOUND_CLASSES = 20;
const READ_ALOUD = 200;

/** Number the functions that matched something in an item: votes first, in their order. */
function numbered(item) {
  const matched = new Set(item.highlights.map((each) => each.function));
  const voting = item.votes.map((vote) => vote.function).filter((name) => matched.has(name));
  const names = [...new Set([...voting, ...matched])];
  return new Map(names.map((name, n) => [name, n + 1]));
}

/** Colours repeat after eight; the number beside them does not. */
const hue = (number) => `wl-hue-${((number - 1) % 8) + 1}`;

/** The number of a function beside its name, coloured as in the text; none where it matched nothing. */
function numberTag(numbers, name) {
  const number = numbers.get(name);
  if (!number) return null;
  return h("span", { class: `wl-hit-number ${hue(number)}` }, unseen("highlight "), String(number));
}

/** Part an item's fields into texts to read, images, and rows of a table. */
function parted(item) {
  const highlit = new Set(item.highlights.map((each) => each.column));
  const isRead = ({ name, value, fold }) =>
    typeof value === "string" && (fold || highlit.has(name) || name === "text" || value.length > 80);
  const others = item.fields.filter((field) => field.value !== item.item_id);
  const images = others.filter((field) => field.is_image && field.value);
  const texts = others.filter((field) => !field.is_image && isRead(field));
  if (!texts.length) texts.push(...others.filter((f) => !f.is_image && typeof f.value === "string").slice(0, 1));
  return { images, texts, rows: others.filter((field) => !images.includes(field) && !texts.includes(field)) };
}

/** Return the classes that get a button: all, or of many those with a key and the likeliest. */
function offered(classes, item, keys) {
  if (classes.length <= MANY_CLASSES) return classes;
  const likely = Object.entries(item?.probabilities ?? {}).sort((a, b) => b[1] - a[1]);
  const first = classes.filter((name) => keys.of(`class:${name}`).length).slice(0, KEYED_CLASSES);
  const extra = [item?.proposed, item?.answer, ...likely.slice(0, 3).map(([name]) => name)];
  const wanted = new Set([...first, ...extra]);
  return classes.filter((name) => wanted.has(name));
}

function textOf(item) {
  const { texts } = parted(item);
  const text = texts.map((field) => field.value).join(" ");
  return visible(text.length > READ_ALOUD ? `${text.slice(0, READ_ALOUD)} …` : text);
}

function shownValue(value) {
  if (value === null || value === undefined) return h("span", { class: "wl-faint" }, "–", unseen("missing"));
  if (typeof value === "object") return h("code", {}, inline(JSON.stringify(value)));
  return datum(String(value));
}

/** Say how many entries of a list did not come along. */
function leftOut(item, list, one) {
  const n = item.n_more?.[list];
  return n ? faint(`and ${plural(n, `more ${one}`)}`) : null;
}

function bar(share) {
  const filled = h("span", { class: "wl-bar-filled" });
  filled.style.width = `${Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10}%`;
  return h("span", { class: "wl-bar", "aria-hidden": "true" }, filled);
}

// ---------------------------------------------------------------- Keys

const SHOWN_KEYS = {
  " ": "space", enter: "⏎", backspace: "⌫", arrowleft: "←", arrowright: "→", arrowup: "↑",
  arrowdown: "↓", escape: "esc",
}; // prettier-ignore

/** Keys of this screen alone, where the session's own keys leave them free. */
const LOCAL_KEYS = [
  ["i", "guidelines", "show or hide the guidelines"],
  ["t", "text", "show more of a long text"],
  ["n", "near", "show or hide near-duplicates"],
  ["w", "votes", "go to the votes, to say which function is wrong here"],
];
const REPEATING = new Set(["back", "forward"]);
const CONTROLS = "button, a[href], summary, input, select, textarea, [contenteditable]";
const TYPING = "input, select, textarea, [contenteditable]";

class Keys {
  constructor(bindings) {
    const used = new Set(bindings.map(([key]) => key.toLowerCase()));
    this.bindings = [...bindings, ...LOCAL_KEYS.filter(([key]) => !used.has(key))];
    this.actions = new Map(this.bindings.map(([key, action]) => [key.toLowerCase(), action]));
  }

  of(action) {
    return this.bindings.filter((binding) => binding[1] === action).map(([key]) => key);
  }

  /** Return the action of a key press, undefined where it is none of ours. */
  action(event) {
    if (event.isComposing || event.keyCode === 229) return undefined;
    const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isUndo && event.key.toLowerCase() === "z") return "undo";
    const isAltGraph = event.getModifierState?.("AltGraph");
    if (event.metaKey || ((event.ctrlKey || event.altKey) && !isAltGraph)) return undefined;
    if (event.shiftKey && event.key.length > 1) return undefined;
    return this.actions.get(event.key.toLowerCase()) ?? this.digit(event);
  }

  /** Where digits need Shift (French keyboards), the key itself will do. */
  digit(event) {
    const digit = /^Digit([1-9])$/.exec(event.code ?? "");
    return digit && !event.shiftKey ? this.actions.get(digit[1]) : undefined;
  }
}

const shownKey = (key) => SHOWN_KEYS[key.toLowerCase()] ?? (key.length === 1 ? key.toLowerCase() : key);
const kbd = (key) => (key ? h("kbd", { "aria-hidden": "true" }, shownKey(key)) : null);

// ---------------------------------------------------------------- Dialogs

/** A dialog of the review: modal in a page; in a notebook cell it stays within the cell. */
class Dialogs {
  constructor(root, frame, isPage, onClose) {
    this.root = root;
    this.frame = frame;
    this.isPage = isPage;
    this.onClose = onClose;
    this.open = null;
  }

  /** Show a dialog; `onkey(event)` sees each key that is not typed into a field. */
  show(title, children, { onkey = () => {}, focus = null, name = "" } = {}) {
    this.close();
    const heading = h("h2", { id: `wl-${randomKey()}` }, title);
    const close = quiet({ onclick: () => this.close() }, "Close ", kbd("Escape"));
    const dialog = h("dialog", { class: `wl-dialog ${name}`, "aria-labelledby": heading.id });
    dialog.append(h("div", { class: "wl-dialog-head" }, heading, close), ...children);
    dialog.addEventListener("keydown", (event) => this.keydown(event, onkey));
    dialog.addEventListener("cancel", (event) => this.cancel(event));
    dialog.addEventListener("click", (event) => event.target === dialog && this.close());
    this.open = dialog;
    this.root.append(dialog);
    if (this.isPage) dialog.showModal();
    else this.showWithin(dialog);
    (focus ?? close).focus();
    return dialog;
  }

  showWithin(dialog) {
    this.frame.inert = true;
    dialog.setAttribute("aria-modal", "true");
    dialog.show();
    dialog.scrollIntoView({ block: "nearest" });
  }

  keydown(event, onkey) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") this.cancel(event);
    else onkey(event);
  }

  cancel(event) {
    event.preventDefault();
    this.close();
  }

  close() {
    if (!this.open) return;
    const dialog = this.open;
    this.open = null;
    this.frame.inert = false;
    dialog.close();
    dialog.remove();
    this.onClose();
  }
}

// ---------------------------------------------------------------- The review

const KEPT_BEHIND = 30; // items that undo shows again without asking
const WORDS = {
  offline: (n) => (n ? `Offline: ${plural(n, "answer")} waiting, nothing is lost` : "Offline"),
  unreachable: "The server does not answer. Trying again …",
};

class Review {
  constructor(element, transport, options) {
    this.transport = transport;
    this.options = { storage: null, isPage: false, opened: null, menu: () => [], ...options };
    this.words = { ...WORDS, ...options.words };
    this.setup = null;
    this.keys = new Keys([]);
    this.current = null;
    this.ahead = [];
    this.behind = []; // {items, item, entry} of what was done, for undo
    this.progress = null;
    this.busy = 1;
    this.isLoading = true;
    this.error = "";
    this.guidelines = { text: "", version: "" };
    this.closing = new AbortController();
    this.watch = new Stopwatch(this.closing.signal);
    this.sender = new Sender(transport, {
      reply: (reply, entry) => this.onReply(reply, entry),
      refused: (error, entry) => this.onRefused(error, entry),
      change: () => this.screen.drawState(),
    });
    this.screen = new Screen(element, this);
    this.listen();
  }

  listen() {
    const { signal } = this.closing;
    const target = this.options.isPage ? document : this.screen.root;
    target.addEventListener("keydown", (event) => this.keydown(event), { signal });
    window.addEventListener("online", () => this.sender.trouble && this.tryNow(), { signal });
    window.addEventListener("beforeunload", (event) => this.leave(event), { signal });
    this.transport.onOther?.((reply) => this.onOther(reply));
  }

  async stop() {
    this.closing.abort();
    this.screen.stop();
    await this.sender.finish();
    this.outbox?.stop();
  }

  /** Without storage, what waits is lost with the page: ask first. */
  leave(event) {
    if (this.outbox?.entries.length && !this.outbox.isKept) event.preventDefault();
  }

  // Opening

  async open() {
    let reply = this.options.opened;
    while (!reply && !this.closing.signal.aborted) {
      try {
        reply = await this.sender.request({ do: "open" });
      } catch (error) {
        const words = error instanceof Refused ? error.message : this.words.unreachable;
        if (words !== this.error) this.refuse(words);
        await this.sender.pause();
      }
    }
    if (reply) await this.opened(reply);
  }

  async opened(reply) {
    const { setup, screen } = reply;
    this.reviewer = screen.reviewer;
    this.keys = new Keys(setup.keys);
    this.guidelines = setup.guidelines;
    const whose = JSON.stringify([screen.reviewer, setup.title, setup.desk ?? ""]);
    const prefix = `weaklabel-review/${encodeURIComponent(whose)}/`;
    this.outbox = new Outbox(this.options.storage, `${prefix}outbox/`, () => this.onAdopted());
    this.drafts = new Drafts(this.options.storage, `${prefix}draft`);
    this.sender.outbox = this.outbox;
    await this.outbox.start();
    this.setup = setup;
    this.busy = 0;
    this.refuse("");
    this.screen.drawSetup();
    this.adopt(screen, true);
    this.sender.pump();
  }

  onAdopted() {
    if (!this.setup) return;
    this.sender.pump();
    if (this.current && this.outbox.taken().has(this.current.item_id)) this.advance();
    this.screen.drawState();
  }

  // Which item is shown

  /** Take over what the server says; the item on the screen stays where it may. */
  adopt(screen, force = false) {
    if (screen.reviewer !== this.reviewer) {
      this.options.onOtherReviewer?.();
      return;
    }
    this.progress = screen.progress;
    this.noticeGuidelines(screen.guidelines_version);
    const taken = this.outbox.taken();
    const open = [screen.item, ...screen.ahead].filter((item) => item && !taken.has(item.item_id));
    const same = this.current && open.find((item) => item.item_id === this.current.item_id);
    const isSettled = !this.outbox.entries.length;
    if (force || !this.current || (isSettled && !same)) {
      this.ahead = open.slice(1);
      this.show(open[0] ?? null, !isSettled);
    } else {
      this.ahead = [...this.reopenedAhead(open), ...open.filter((item) => item !== same)];
      if (isSettled && same) this.refresh(same);
      this.screen.drawProgress();
    }
  }

  /** Return what is next by an undo that the server has not heard of: its reply is from before. */
  reopenedAhead(open) {
    const reopened = this.outbox.reopened();
    const known = new Set([this.current?.item_id, ...open.map((item) => item.item_id)]);
    return this.ahead.filter(({ item_id }) => reopened.has(item_id) && !known.has(item_id));
  }

  show(item, isLoading = false) {
    const isNew = item?.item_id !== this.current?.item_id || this.isLoading;
    this.current = item;
    this.isLoading = !item && isLoading;
    if (isNew) {
      this.watch.start();
      this.screen.dialogs.close(); // it was about another item
    }
    this.screen.drawItem();
    this.screen.drawProgress();
    if (isNew) this.screen.say(this.itemWords());
  }

  refresh(item) {
    if (JSON.stringify(item) === JSON.stringify(this.current)) return;
    const isOnlyRemark = sameBut(item, this.current, ["flagged", "wrong_functions", "comment", "cause"]);
    this.current = item;
    if (isOnlyRemark) this.screen.drawRemarks();
    else this.screen.drawItem();
  }

  advance() {
    const taken = this.outbox.taken();
    this.ahead = this.ahead.filter((item) => !taken.has(item.item_id));
    this.show(this.ahead.shift() ?? null, true);
  }

  itemWords() {
    const item = this.current;
    if (!item) return this.isLoading ? "Loading the next item." : "Nothing is left to review.";
    const proposal = item.proposed === null ? "" : ` Proposed: ${visible(item.proposed)}.`;
    return `Item ${count(item.position + 1)} of ${count(item.total)}.${proposal} ${textOf(item)}`;
  }

  // Answering

  store(message, items = []) {
    const { reviewer } = this; // whoever is logged in when it goes out, it is not theirs
    const entry = this.outbox.add({ ...message, key: randomKey(), reviewer }, items);
    this.sender.pump();
    return entry;
  }

  give(message, said, others = []) {
    const item = this.current;
    if (!item || this.busy) return;
    this.saveComment();
    const items = [item.item_id, ...others];
    const seconds = Math.round(this.watch.seconds() * 1000) / 1000;
    const entry = this.store({ ...message, item_id: item.item_id, seconds }, items);
    this.behind = [...this.behind, { items, item, entry }].slice(-KEPT_BEHIND);
    this.drafts.clear();
    this.screen.say(said);
    this.advance();
    this.screen.focusItem();
  }

  answer(label) {
    this.give({ do: "answer", label }, `Answered ${visible(label)}.`);
  }

  accept() {
    const label = this.current?.proposed ?? null;
    if (label === null) this.refuse("The proposal is hidden here, so there is nothing to accept. Choose a class.");
    else this.give({ do: "accept" }, `Accepted ${visible(label)}.`);
  }

  reject() {
    const proposed = this.current?.proposed ?? null;
    const { classes } = this.setup;
    if (proposed === null) this.refuse("The proposal is hidden here, so there is nothing to reject. Choose a class.");
    else if (classes.length > 2) this.refuse("There are more than two classes: choose the right one.");
    else this.give({ do: "reject" }, `Answered ${visible(classes.find((name) => name !== proposed))}.`);
  }

  undo() {
    if (this.busy) return;
    this.saveComment();
    const last = this.behind.pop();
    if (!last) this.undoUnseen();
    else {
      const isHere = this.outbox.entries.includes(last.entry);
      if (isHere && !last.entry.tried) this.outbox.drop(last.entry);
      else this.store({ do: "undo" }, last.items);
      if (this.current) this.ahead.unshift(this.current);
      this.screen.say("Undone.");
      this.show(last.item);
      this.screen.focusItem();
    }
  }

  /** Undo what this page has not seen: the log knows what it was. */
  undoUnseen() {
    if (this.sender.trouble) this.refuse("Undo of earlier answers needs the connection.");
    else {
      this.busy += 1;
      this.store({ do: "undo" }).isAwaited = true;
      this.screen.drawState();
    }
  }

  onReply(reply, entry) {
    if (entry.isAwaited) this.busy -= 1;
    const isLast = !this.outbox.entries.length;
    this.adopt(reply.screen, entry.isAwaited && isLast);
    if (entry.isAwaited) this.screen.say("Undone.");
    if (reply.outside) {
      this.notice(`Undone: your answer to ${reply.did.item_ids.map(visible).join(", ")}, which is not in this queue.`);
    }
  }

  onRefused(error, entry) {
    if (entry.isAwaited) this.busy -= 1;
    this.behind = this.behind.filter((each) => each.entry !== entry);
    const where = entry.message.item_id ? ` (item ${entry.message.item_id})` : "";
    this.refuse(`Not stored${where}: ${error.message}`);
    if (!this.outbox.entries.length) this.ask({ do: "open" }, (reply) => this.adopt(reply.screen, true));
  }

  /** Another view of the same review changed something. */
  onOther(reply) {
    const isIdle = this.setup && !this.busy && !this.outbox.entries.length;
    if (isIdle && reply?.ok && reply.screen) this.adopt(reply.screen);
  }

  /** Ask for what stores nothing; keys wait until the reply is there. */
  async ask(message, then) {
    if (this.busy) return;
    this.busy += 1;
    this.screen.drawState();
    let reply = null;
    try {
      reply = await this.sender.request(message);
    } catch (error) {
      this.refuse(error instanceof Refused ? error.message : "That needs the connection. Try again when it is back.");
    }
    this.busy -= 1;
    if (reply && !this.closing.signal.aborted) then(reply);
    this.screen.drawState();
    this.sender.pump();
  }

  look(way) {
    this.saveComment();
    this.ask({ do: way }, (reply) => {
      this.adopt(reply.screen, true);
      this.screen.focusItem();
    });
  }

  // Remarks: they stay on the item

  remark(message, change) {
    if (!this.current || this.busy) return;
    this.current = { ...this.current, ...change };
    this.store({ ...message, item_id: this.current.item_id });
    this.screen.drawRemarks();
  }

  flag() {
    const on = !this.current?.flagged;
    this.remark({ do: "flag", on }, { flagged: on });
    this.screen.say(on ? "Flagged." : "No longer flagged.");
  }

  wrong(name) {
    const before = this.current?.wrong_functions ?? [];
    const on = !before.includes(name);
    const after = on ? [...before, name] : before.filter((each) => each !== name);
    this.remark({ do: "lf_wrong", function: name, on }, { wrong_functions: after });
    this.screen.say(`${visible(name)} is ${on ? "marked as" : "no longer marked as"} wrong here.`);
  }

  chooseCause(name) {
    this.remark({ do: "cause", name }, { cause: name });
    this.screen.say(name ? `Cause: ${name}.` : "No cause.");
  }

  /** Store what stands in the comment box, where it is new. */
  saveComment() {
    const text = this.screen.comment.value;
    if (!this.current || text === (this.current.comment ?? "")) return;
    this.remark({ do: "comment", text }, { comment: text });
    this.drafts.clear();
    this.screen.say("Comment saved.");
  }

  group() {
    const item = this.current;
    if (!item) return;
    if (item.blind) this.refuse("This item is answered on its own, without its near-duplicates.");
    else {
      this.ask({ do: "group", item_id: item.item_id }, (reply) => {
        if (reply.group.members.length) this.screen.questions.group(reply.group);
        else this.refuse("No open near-duplicate of this item is left in the queue.");
      });
    }
  }

  applyToGroup(group, label) {
    const others = group.members.map((member) => member.item_id);
    const said = `Answered ${plural(others.length + 1, "item")} as ${visible(label)}.`;
    this.give({ do: "apply_to_group", label }, said, others);
  }

  // Classes, texts and guidelines

  /** Return a function that finds classes: here where all came along, else on the server. */
  classFinder() {
    const { classes, n_classes } = this.setup;
    if (!(n_classes > classes.length)) return (text, then) => then(classesLike(classes, text));
    const ask = (text) => this.sender.request({ do: "search", text });
    return (text, then) =>
      ask(text).then((reply) => then(reply.classes), () => then(classesLike(classes, text)));
  }

  loadText(field, start, then) {
    const item_id = this.current.item_id;
    this.ask({ do: "text", item_id, field, start }, (reply) => {
      if (this.current?.item_id === item_id) then(reply.text);
    });
  }

  noticeGuidelines(version) {
    if (version === this.guidelines.version || this.isFetching) return;
    this.isFetching = true;
    const done = () => (this.isFetching = false);
    this.sender
      .exchange({ do: "guidelines" })
      .then((reply) => this.newGuidelines(reply.guidelines))
      .catch(() => {}) // the next reply brings the version again
      .finally(done);
  }

  moreGuidelines() {
    const { text, version } = this.guidelines;
    this.ask({ do: "guidelines", start: Array.from(text).length }, ({ guidelines }) => {
      if (guidelines.version !== version) return;
      this.guidelines = { ...guidelines, text: text + guidelines.text };
      this.screen.drawGuidelines(false);
    });
  }

  newGuidelines(guidelines) {
    if (guidelines.version === this.guidelines.version) return;
    this.guidelines = guidelines;
    this.screen.drawGuidelines(true);
    this.notice(`The guidelines changed: version ${visible(guidelines.version)} holds from now on.`);
  }

  // Saying what happened

  refuse(words) {
    this.error = words;
    this.screen.drawAlert();
  }

  notice(words) {
    this.screen.drawNotice(words);
  }

  tryNow() {
    this.sender.closed = false;
    this.sender.wake();
    if (!this.setup) return;
    if (this.outbox.entries.length) this.sender.pump();
    else this.ask({ do: "open" }, (reply) => this.adopt(reply.screen));
  }

  // Keys

  keydown(event) {
    if (this.screen.dialogs.open) return;
    if (event.key === "Escape") this.screen.clearMessages();
    const isTyping = event.target.closest?.(TYPING);
    const action = isTyping ? undefined : this.keys.action(event);
    if (!this.options.isPage && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    const isNative = ["Enter", " "].includes(event.key) && event.target.closest?.(CONTROLS);
    if (action === undefined || isNative || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || REPEATING.has(action)) this.run(action);
  }

  run(action) {
    if (!this.setup) return;
    if (action.startsWith("class:")) return this.answer(action.slice("class:".length));
    return this.actions()[action]?.();
  }

  actions() {
    const { screen } = this;
    return {
      accept: () => this.accept(),
      reject: () => this.reject(),
      skip: () => this.give({ do: "skip" }, "Skipped."),
      undo: () => this.undo(),
      flag: () => this.flag(),
      group: () => this.group(),
      back: () => this.look("back"),
      forward: () => this.look("forward"),
      resume: () => this.look("resume"),
      comment: () => this.current && screen.openComment(),
      cause: () => this.current && screen.questions.causes(),
      escalate: () => this.current && screen.questions.escalation(),
      search: () => this.current && screen.questions.search(),
      help: () => screen.questions.help(),
      guidelines: () => screen.toggleGuidelines(),
      text: () => screen.showMoreText(),
      near: () => screen.beside.toggleNear(),
      votes: () => screen.beside.focusVotes(),
    };
  }
}

const sameBut = (a, b, names) => {
  const rest = (item) => JSON.stringify({ ...item, ...Object.fromEntries(names.map((name) => [name, null])) });
  return rest(a) === rest(b);
};

/** Seconds since an item came, without those in which the page was hidden. */
class Stopwatch {
  constructor(signal) {
    this.start();
    document.addEventListener("visibilitychange", () => this.turn(), { signal });
  }

  start() {
    this.before = 0;
    this.since = document.hidden ? null : performance.now();
  }

  turn() {
    this.before = this.seconds();
    this.since = document.hidden ? null : performance.now();
  }

  seconds() {
    return this.before + (this.since === null ? 0 : (performance.now() - this.since) / 1000);
  }
}

/** The comment that is being written, kept over a reload. */
class Drafts {
  constructor(storage, name) {
    this.storage = storage;
    this.name = name;
  }

  keep(item_id, text) {
    try {
      this.storage?.setItem(this.name, JSON.stringify({ item_id, text }));
    } catch {
      // A full storage costs no more than an unfinished comment after a reload.
    }
  }

  of(item_id) {
    try {
      const draft = JSON.parse(this.storage?.getItem(this.name) ?? "null");
      return draft?.item_id === item_id && typeof draft.text === "string" ? draft.text : null;
    } catch {
      return null;
    }
  }

  clear() {
    try {
      this.storage?.removeItem(this.name);
    } catch {
      // As above.
    }
  }
}

// ---------------------------------------------------------------- Beside the item

/** Why an item is here, its votes and near-duplicates, and how far the reviewer is. */
class Beside {
  constructor(review, tag, isPage) {
    this.review = review;
    this.numbers = new Map();
    this.wrongButtons = new Map();
    this.near = null;
    this.figures = h("div", { class: "wl-figures-box" });
    const soFar = h("summary", {}, h("h2", {}, "So far"));
    this.soFar = h("details", { class: "wl-so-far", open: isPage }, soFar, this.figures);
    this.box = h(tag, { class: "wl-aside", "aria-label": "About this item" });
  }

  draw(item, numbers) {
    this.numbers = numbers;
    this.near = null;
    this.wrongButtons = new Map();
    const parts = item ? [this.reasons(item), this.votes(item), this.nearDuplicates(item)] : [];
    this.box.replaceChildren(...parts.filter(Boolean), this.soFar);
    this.drawFigures();
  }

  /** Set off the votes of the functions that are pointed at in the text. */
  point(names) {
    for (const chip of this.box.querySelectorAll(".wl-chip")) {
      chip.classList.toggle("wl-pointed", names.has(chip.function));
    }
  }

  drawWrong(names) {
    for (const [name, button] of this.wrongButtons) button.setAttribute("aria-pressed", String(names.has(name)));
  }

  reasons(item) {
    if (!item.reasons.length) return null;
    const reasons = item.reasons.map((reason) => h("li", {}, datum(reason)));
    const list = h("ul", { class: "wl-reasons" }, reasons);
    return h("section", {}, h("h2", {}, "Why it is here"), list, leftOut(item, "reasons", "reason"));
  }

  votes(item) {
    if (item.n_abstained === null && !item.votes.length && !this.numbers.size) return null;
    const chips = item.votes.map((vote) => this.chip(vote));
    const voting = new Set(item.votes.map((vote) => vote.function));
    const silent = [...this.numbers.keys()].filter((name) => !voting.has(name)).map((name) => this.matchedOnly(name));
    const n = item.n_abstained ?? 0;
    const abstained = n ? faint(`${plural(n, "function")} abstained`) : null;
    const none = chips.length + silent.length ? null : faint("No function votes on this item.");
    const title = item.n_abstained === null && !chips.length ? "What matched" : "Votes";
    const list = h("ul", { class: "wl-votes" }, chips, silent);
    return h("section", {}, h("h2", {}, title), list, leftOut(item, "votes", "vote"), none, abstained);
  }

  chip(vote) {
    const toggle = () => this.review.wrong(vote.function);
    const wrong = press({ class: "wl-wrong", "aria-pressed": "false", onclick: toggle });
    wrong.append("wrong here", unseen(`: ${visible(vote.function)}`));
    this.wrongButtons.set(vote.function, wrong);
    const said = h("span", { class: "wl-vote" }, datum(vote.function, "wl-function"), " → ");
    said.append(h("strong", {}, datum(vote.label)), " ", this.precision(vote));
    const chip = h("li", { class: "wl-chip" }, numberTag(this.numbers, vote.function), said, wrong);
    chip.function = vote.function;
    return chip;
  }

  precision({ precision }) {
    if (typeof precision !== "number") return "";
    const words = [unseen("right "), probability(precision), unseen(" of the time when it votes")];
    return h("span", { class: "wl-number" }, words);
  }

  matchedOnly(name) {
    const chip = h("li", { class: "wl-chip" }, numberTag(this.numbers, name), datum(name, "wl-function"));
    chip.function = name;
    return chip;
  }

  nearDuplicates(item) {
    const n = item.n_near_duplicates;
    if (!n) return null;
    const shown = item.near_duplicates.map(({ item_id, excerpt }) =>
      h("li", {}, datum(excerpt), " ", datum(item_id, "wl-faint")),
    );
    const more = n > shown.length ? faint(`and ${count(n - shown.length)} more`) : null;
    const head = h("summary", {}, kbd(this.review.keys.of("near")[0]), `${plural(n, "near-duplicate")}`);
    this.near = h("details", { class: "wl-near" }, head, h("ul", {}, shown), more);
    return this.near;
  }

  toggleNear() {
    if (this.near) this.near.open = !this.near.open;
  }

  focusVotes() {
    this.wrongButtons.values().next().value?.focus();
  }

  drawFigures() {
    const { progress } = this.review;
    if (!progress) return;
    const { estimate, team, near_duplicates: near } = progress;
    const parts = [
      this.strata(Object.entries(progress.strata ?? {})),
      estimate ? this.estimate(estimate) : null,
      team ? faint(this.teamWords(team)) : null,
      near?.groups ? faint(this.nearWords(near)) : null,
    ];
    this.figures.replaceChildren(...parts.filter(Boolean));
  }

  /** Return the first sentence, the others behind it on request. */
  estimate(words) {
    const end = words.indexOf(". ") + 1;
    if (!end) return h("p", { class: "wl-estimate" }, datum(words));
    const head = h("summary", {}, datum(words.slice(0, end)));
    const ontoggle = ({ target }) => (this.isEstimateOpen = target.open);
    const open = this.isEstimateOpen;
    return h("details", { class: "wl-estimate", open, ontoggle }, head, h("p", {}, datum(words.slice(end + 1))));
  }

  strata(strata) {
    if (!strata.length) return null;
    const heads = ["Chosen as", "done", "left", "errors"].map((name) => h("th", { scope: "col" }, name));
    const rows = strata.map(([name, { answered, skipped, left, errors }]) => {
      const figures = [count(answered + skipped), count(left), errors === null ? "hidden" : count(errors)];
      const cells = figures.map((figure) => h("td", {}, figure));
      return h("tr", {}, h("th", { scope: "row" }, datum(name)), cells);
    });
    return h("table", { class: "wl-strata" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows));
  }

  teamWords({ settled, items, for_experts }) {
    const waiting = for_experts ? `, ${count(for_experts)} wait for an expert` : "";
    return `Team: ${count(settled)} of ${plural(items, "item")} settled${waiting}.`;
  }

  nearWords({ agreed, groups }) {
    return `You agreed with yourself in ${count(agreed)} of ${plural(groups, "group")} of near-duplicates.`;
  }
}

// ---------------------------------------------------------------- The screen

const UNNOTICED = 250; // milliseconds
const FIRST_ACTIONS = ["accept", "reject", "skip", "undo"];
const OTHER_ACTIONS = ["flag", "comment", "cause", "escalate", "group", "back", "forward"];

class Screen {
  constructor(element, review) {
    this.review = review;
    const { isPage } = review.options;
    const landmark = (name) => (isPage ? name : "div");
    this.live = h("div", { class: "wl-unseen", role: "status", "aria-live": "polite" });
    this.alert = h("div", { class: "wl-alert", role: "alert", hidden: true });
    this.news = h("div", { class: "wl-notice", role: "status", hidden: true });
    this.item = h(isPage ? "article" : "div", { class: "wl-item", tabindex: "0", "aria-label": "Item" });
    this.beside = new Beside(review, landmark("aside"), isPage);
    this.rules = h("section", { class: "wl-guidelines", hidden: true, "aria-label": "Guidelines" });
    this.bottom = h(landmark("footer"), { class: "wl-answers", "aria-label": "Answer" });
    this.tip = h("div", { class: "wl-tip", hidden: true, "aria-hidden": "true" });
    this.buildComment();
    this.buildHead(landmark, isPage);
    const middle = h(landmark("main"), { class: "wl-main" }, this.alert, this.news, this.item, this.remarks);
    const body = h("div", { class: "wl-body" }, middle, h("div", { class: "wl-beside" }, this.rules, this.beside.box));
    this.frame = h("div", { class: "wl-frame" }, this.head, body, this.bottom);
    this.root = h("div", { class: "weaklabel-review", "data-lm-suppress-shortcuts": "true", tabindex: "-1" });
    this.root.classList.add(isPage ? "wl-page" : "wl-cell");
    if (!isPage) this.name("region", "Review");
    this.root.append(this.frame, this.live);
    this.dialogs = new Dialogs(this.root, this.frame, isPage, () => this.focusItem());
    this.questions = new Questions(review, this.dialogs);
    this.listenToPointer();
    element.append(this.root);
    this.drawState();
    this.drawItem();
  }

  stop() {
    clearTimeout(this.stateTimer);
    this.root.remove();
  }

  name(role, label) {
    this.root.setAttribute("role", role);
    this.root.setAttribute("aria-label", label);
  }

  buildHead(landmark, isPage) {
    this.title = h(isPage ? "h1" : "div", { class: "wl-title" }, "Review");
    this.figures = h("div", { class: "wl-figures" });
    this.bar = h("progress", { class: "wl-progress", max: "1", value: "0", "aria-label": "Items done" });
    this.state = h("div", { class: "wl-state" });
    this.menu = h("div", { class: "wl-menu" });
    this.head = h(landmark("header"), { class: "wl-head" });
    this.head.append(this.title, this.figures, this.state, ...(isPage ? [] : [this.hint()]), this.menu, this.bar);
  }

  buildComment() {
    this.comment = h("textarea", {
      class: "wl-comment-text", rows: "2", maxlength: "10000", dir: "auto",
      placeholder: "For the others, and for yourself later",
      oninput: () => this.review.drafts?.keep(this.review.current?.item_id, this.comment.value),
      onblur: () => this.leftComment(),
      onkeydown: (event) => this.commentKey(event),
    }); // prettier-ignore
    const words = h("span", {}, "Comment ", h("small", {}, "Ctrl+Enter or Esc leaves the box, and saves"));
    this.commentBox = h("label", { class: "wl-comment", hidden: true }, words, this.comment);
    this.marks = h("div", { class: "wl-marks" });
    this.remarks = h("div", { class: "wl-remarks" }, this.marks, this.commentBox);
  }

  /** In a notebook the keys belong to the notebook until the review has the focus. */
  hint() {
    return press({ class: "wl-hint", onclick: () => this.focusItem() }, "Click here to use the keys");
  }

  /** A click on a button leaves no focus there: the next space would press it again. */
  listenToPointer() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && event.detail > 0 && !this.dialogs.open && !button.matches(".wl-menu *")) {
        if (this.root.contains(this.root.getRootNode().activeElement) && !this.isTyping()) this.focusItem();
      }
    });
    for (const kind of ["mouseover", "focusin"]) this.item.addEventListener(kind, (e) => this.point(e));
    for (const kind of ["mouseleave", "focusout"]) this.item.addEventListener(kind, () => this.point(null));
  }

  isTyping() {
    return this.root.getRootNode().activeElement?.matches?.(TYPING) ?? false;
  }

  focusItem() {
    if (this.dialogs.open) return;
    this.item.focus({ preventScroll: true });
  }

  button(action, words, properties = {}) {
    const key = this.review.keys.of(action)[0];
    const given = { type: "button", "data-action": action, onclick: () => this.review.run(action) };
    const shortcut = key ? { "aria-keyshortcuts": key === " " ? "Space" : key } : {};
    return h("button", { ...given, ...shortcut, ...properties }, kbd(key), h("span", {}, words));
  }

  // Said aloud: what was done, then what is next, in one breath.

  say(words) {
    if (!this.said) queueMicrotask(() => this.speak());
    this.said = `${this.said ?? ""}${words} `;
  }

  speak() {
    this.live.textContent = this.said.trim();
    this.said = "";
  }

  // Above: title, progress, state, messages

  drawSetup() {
    const { setup, options, reviewer } = this.review;
    this.title.replaceChildren(...inline(setup.title || "Review"));
    this.guidelinesButton = this.button("guidelines", "Guidelines", { class: "wl-quiet", "aria-expanded": "false" });
    const links = options.menu(setup, reviewer).map(({ label, href, run }) =>
      href ? h("a", { class: "wl-quiet", href }, label) : quiet({ onclick: run }, label),
    );
    const who = setup.team ? datum(reviewer, "wl-who") : "";
    this.menu.replaceChildren(this.guidelinesButton, this.button("help", "Keys", { class: "wl-quiet" }), ...links, who);
    if (!options.isPage) this.name("region", `Review: ${visible(setup.title)}`);
    this.buildAnswers();
    this.drawGuidelines(false);
    this.drawAlert();
  }

  drawProgress() {
    const { progress, outbox } = this.review;
    if (!progress) return;
    const pending = outbox.taken().size;
    const left = Math.max(progress.left - pending, 0);
    const done = progress.answered + progress.skipped + (progress.escalated ?? 0) + pending;
    const total = Math.max(done + left, 1);
    this.bar.max = total;
    this.bar.value = done;
    const rate = progress.rate ? ` · ${progress.rate.toFixed(progress.rate < 10 ? 1 : 0)} a minute` : "";
    this.figures.textContent = `${count(done)} done, ${count(left)} left${rate}`;
    this.beside.drawFigures();
  }

  drawState() {
    const { sender, outbox, busy, setup } = this.review;
    const n = outbox?.entries.length ?? 0;
    this.root.setAttribute("aria-busy", String(busy > 0));
    this.root.dataset.pending = n;
    if (sender.trouble) this.putState("wl-trouble", this.troubleWords(n), Boolean(setup));
    else if (!setup) this.putState("wl-wait", "Opening …");
    else if (n) this.putState("wl-wait", n > 1 ? `Saving ${count(n)} …` : "Saving …", false, UNNOTICED);
    else this.putState("wl-saved", "✓ Saved");
  }

  troubleWords(n) {
    const { sender, outbox, words } = this.review;
    const waiting = n ? ` ${plural(n, "answer")} waiting` : "";
    const said = sender.trouble === "offline" ? words.offline(n) : sender.trouble + waiting;
    return outbox && !outbox.isKept && n ? `${said}. Keep this open until they are sent` : said;
  }

  /** Say how saving goes; a wait that is over soon only flickers, so its words come late. */
  putState(name, words, canRetry = false, after = 0) {
    if (this.stateWords === words) return;
    const wasTrouble = this.state.classList.contains("wl-trouble");
    this.stateWords = words;
    this.state.className = `wl-state ${name}`;
    clearTimeout(this.stateTimer);
    const write = () => {
      const retry = quiet({ onclick: () => this.review.tryNow() }, "Try now");
      this.state.replaceChildren(...inline(words), ...(canRetry ? [" ", retry] : []));
    };
    if (after) this.stateTimer = setTimeout(write, after);
    else write();
    if (name === "wl-trouble" || (wasTrouble && name === "wl-saved")) this.say(`${words}.`);
  }

  drawAlert() {
    const words = this.review.error;
    this.putMessage(this.alert, words, () => this.review.refuse(""));
  }

  drawNotice(words) {
    this.putMessage(this.news, words, () => this.drawNotice(""));
  }

  clearMessages() {
    this.point(null);
    if (!this.isTyping()) {
      this.review.refuse("");
      this.drawNotice("");
    }
  }

  putMessage(box, words, close) {
    box.hidden = !words;
    const button = quiet({ "aria-label": "Close this message", onclick: close }, "×");
    box.replaceChildren(...(words ? [h("span", {}, inline(words)), button] : []));
  }

  // The item

  drawItem() {
    const { current: item, isLoading } = this.review;
    const isSame = item?.item_id === this.shownId;
    this.shownId = item?.item_id;
    this.numbers = item ? numbered(item) : new Map();
    this.point(null);
    this.item.replaceChildren(...(item ? this.itemParts(item) : this.noItem(isLoading)), this.tip);
    this.item.classList.toggle("wl-empty", !item);
    this.beside.box.hidden = !item && isLoading;
    this.bottom.classList.toggle("wl-idle", !item && !(isLoading && this.review.setup));
    if (!isSame) this.startComment(item);
    if (!isSame && this.review.options.isPage) window.scrollTo(0, 0);
    this.item.scrollTop = 0;
    this.beside.draw(item, this.numbers);
    this.drawAnswers();
    this.drawRemarks();
  }

  itemParts(item) {
    this.more = null;
    const { images, texts, rows } = parted(item);
    return [
      this.itemHead(item),
      this.doneBefore(item),
      this.proposal(item),
      ...images.map((field) => this.image(item, field)),
      ...texts.map((field) => this.text(item, field, texts.length > 1 || images.length > 0)),
      rows.length ? this.table(rows) : null,
      leftOut(item, "fields", "column"),
      this.others(item),
    ].filter(Boolean);
  }

  itemHead(item) {
    const place = h("span", { class: "wl-place" }, `${count(item.position + 1)} of ${count(item.total)}`);
    const id = h("span", { class: "wl-id" }, unseen("item "), datum(item.item_id));
    const why = item.stratum ? h("span", { class: "wl-tag" }, unseen("chosen as "), datum(item.stratum)) : null;
    this.flagged = h("span", { class: "wl-tag wl-flagged", hidden: true }, "⚑ flagged");
    return h("div", { class: "wl-item-head" }, place, why, this.flagged, id);
  }

  doneBefore(item) {
    if (item.state === "open") return null;
    const said = { skipped: ["You skipped this item."], escalated: ["You passed this item on."] };
    const words = said[item.state] ?? ["You answered ", h("strong", {}, datum(item.answer ?? "")), "."];
    const goOn = quiet({ onclick: () => this.review.run("resume") }, "Go on where you were");
    return h("p", { class: "wl-before" }, h("span", {}, ...words, " Another answer replaces it."), goOn);
  }

  proposal(item) {
    if (item.proposed === null) {
      return h("p", { class: "wl-blind" }, "The proposal is hidden here, so that the answer is yours alone.");
    }
    const share = item.probabilities[item.proposed];
    const known = typeof share === "number" ? [bar(share), h("span", { class: "wl-number" }, probability(share))] : [];
    const label = h("span", { class: "wl-label" }, "Proposed");
    return h("p", { class: "wl-proposal" }, label, datum(item.proposed, "wl-proposed"), known);
  }

  text(item, field, isNamed) {
    const body = h("div", { class: "wl-text", dir: "auto" });
    const highlights = item.highlights.filter((each) => each.column === field.name);
    const pointed = new Set(); // one stop for the Tab key for each function
    body.append(...this.textPart(field.value, 0, highlights, pointed));
    const section = h("section", { class: "wl-text-field" });
    if (isNamed) section.append(h("h3", {}, datum(field.name)));
    section.append(body);
    if (field.fold) section.append(this.moreText(item, field, body, highlights, pointed));
    return section;
  }

  textPart(text, from, highlights, pointed) {
    return pieces(text, from, highlights).flatMap(([piece, names, ending]) =>
      names.length ? [this.highlight(piece, names, ending, pointed)] : inline(piece),
    );
  }

  highlight(piece, names, ending, pointed) {
    const isStop = names.some((name) => !pointed.has(name));
    names.forEach((name) => pointed.add(name));
    const mark = h("mark", { class: `wl-hit ${hue(this.numbers.get(names[0]))}`, tabindex: isStop ? "0" : null });
    mark.append(...inline(piece));
    if (ending.length) {
      const numbers = ending.map((name) => this.numbers.get(name)).join(" ");
      const matched = unseen(` (matched by ${ending.map(visible).join(", ")})`);
      mark.append(h("sup", { "aria-hidden": "true" }, numbers), matched);
    }
    mark.functions = names;
    return mark;
  }

  moreText(item, field, body, highlights, pointed) {
    const { length } = field.fold;
    const button = press({ class: "wl-more" });
    let shown = Array.from(field.value).length;
    const say = () => {
      const next = Math.min(PER_PART, length - shown);
      const words = shown + next === length ? "Show all" : `Show ${count(next)} more of`;
      button.replaceChildren(kbd(this.review.keys.of("text")[0]) ?? "", `${words} ${count(length)} characters`);
      button.hidden = next <= 0;
    };
    const load = () =>
      this.review.loadText(field.name, shown, (part) => {
        body.append(...this.textPart(part.text, part.start, highlights, pointed));
        shown = part.start + Math.max(Array.from(part.text).length, 1);
        say();
        this.say(`${count(Math.min(shown, length))} of ${count(length)} characters shown.`);
      });
    button.addEventListener("click", load);
    this.more ??= { button, load };
    say();
    return button;
  }

  showMoreText() {
    if (this.more && !this.more.button.hidden) this.more.load();
  }

  image(item, field) {
    const words = h("figcaption", {}, datum(field.name));
    const image = h("img", { alt: `Image in column ${visible(field.name)}`, decoding: "async" });
    const failed = () => words.replaceChildren(datum(field.name), ": cannot be shown: ", datum(String(field.value)));
    image.addEventListener("error", () => {
      image.remove();
      failed();
    });
    Promise.resolve(this.review.transport.images(item.item_id, field.name)).then((url) => (image.src = url), failed);
    return h("figure", { class: "wl-image" }, image, words);
  }

  table(rows) {
    const lines = rows.map((field) =>
      h("tr", {}, h("th", { scope: "row" }, datum(field.name)), h("td", {}, shownValue(field.value))),
    );
    const caption = h("caption", { class: "wl-unseen" }, "Other columns");
    return h("table", { class: "wl-fields" }, caption, h("tbody", {}, lines));
  }

  /** What an adjudicator sees of those who answered before. */
  others(item) {
    if (!item.others?.length) return null;
    const answers = item.others.map((other) => {
      const label = other.label === null ? (other.kind === "escalation" ? "passed it on" : "skipped") : other.label;
      const remarks = [other.cause, other.comment].filter(Boolean).map((each) => datum(each, "wl-remark"));
      return h("li", {}, datum(other.reviewer, "wl-who"), h("strong", {}, datum(label)), remarks);
    });
    const title = h("h3", {}, "What others answered");
    return h("section", { class: "wl-others" }, title, h("ul", {}, answers), leftOut(item, "others", "answer"));
  }

  noItem(isLoading) {
    if (isLoading) {
      const isStuck = this.review.setup && this.review.sender.trouble;
      const stuck = "No further item is loaded. The next one comes when the connection is back.";
      return [h("p", { class: "wl-loading" }, isStuck ? stuck : "Loading …")];
    }
    return this.review.setup ? this.done() : [];
  }

  done() {
    const { progress } = this.review;
    const { answered, skipped, escalated, flagged } = progress;
    const facts = [["Answered", answered], ["Skipped", skipped], ["Passed on", escalated], ["Flagged", flagged]];
    const shown = facts.filter(([name, n]) => n || name === "Answered");
    return [
      h("h2", {}, progress.left ? "Nothing is left for you now" : "All done"),
      h("dl", { class: "wl-facts" }, shown.map(([name, n]) => h("div", {}, h("dt", {}, name), h("dd", {}, count(n))))),
      progress.estimate ? h("p", { class: "wl-estimate" }, datum(progress.estimate)) : null,
      h("p", {}, "Every answer is saved. Undo and looking back still work."),
      h("p", { class: "wl-row" }, this.endButtons()),
    ].filter(Boolean);
  }

  /** Name the functions of the highlight under the pointer or the focus. */
  point(event) {
    const mark = event?.target.closest?.("mark");
    const names = new Set(mark?.functions ?? []);
    this.beside.point(names);
    this.tip.hidden = !mark;
    if (!mark) return;
    this.tip.replaceChildren(...[...names].map((name) => this.tipLine(name)));
    const [box, at] = [this.item.getBoundingClientRect(), mark.getBoundingClientRect()];
    const left = Math.min(at.left - box.left, box.width - this.tip.offsetWidth - 12);
    this.tip.style.left = `${Math.max(left, 0)}px`;
    this.tip.style.top = `${at.bottom - box.top + this.item.scrollTop + 4}px`;
  }

  tipLine(name) {
    const vote = this.review.current.votes.find((each) => each.function === name);
    const label = vote ? h("span", {}, "→ ", datum(vote.label)) : null;
    return h("div", {}, numberTag(this.numbers, name), datum(name), label);
  }

  endButtons() {
    const ways = [["undo", "Undo the last answer"], ["back", "Look back"], ["resume", "Look for more items"]];
    return ways.map(([action, words]) => this.button(action, words));
  }

  // Guidelines

  drawGuidelines(isNew) {
    const { text, version, length } = this.review.guidelines;
    const close = quiet({ onclick: () => this.toggleGuidelines() }, "Hide");
    const named = version ? h("span", { class: "wl-faint" }, "version ", datum(version)) : null;
    const head = h("div", { class: "wl-dialog-head" }, h("h2", {}, "Guidelines"), named ?? "", close);
    const body = h("div", { class: "wl-guidelines-text", dir: "auto", tabindex: "0" }, inline(text));
    const isCut = length > Array.from(text).length;
    const more = isCut ? press({ class: "wl-more", onclick: () => this.review.moreGuidelines() }, "Show more") : "";
    this.rules.replaceChildren(head, body, more);
    this.guidelinesButton.hidden = !text;
    this.guidelinesButton.classList.toggle("wl-new", isNew && this.rules.hidden);
  }

  toggleGuidelines() {
    if (this.guidelinesButton.hidden) return;
    this.rules.hidden = !this.rules.hidden;
    this.root.classList.toggle("wl-with-guidelines", !this.rules.hidden);
    this.guidelinesButton.setAttribute("aria-expanded", String(!this.rules.hidden));
    this.guidelinesButton.classList.remove("wl-new");
    this.say(this.rules.hidden ? "Guidelines hidden." : "Guidelines shown beside the item.");
    if (!this.rules.hidden) this.rules.scrollIntoView({ block: "nearest" });
  }

  // Below: classes and other keys

  buildAnswers() {
    this.classes = h("div", { class: "wl-classes", role: "group", "aria-label": "Classes" });
    const named = (action) => action[0].toUpperCase() + action.slice(1);
    const row = (name, actions) => h("div", { class: name }, actions.map((each) => this.button(each, named(each))));
    const toggle = (event) => this.toggleMore(event);
    const more = press({ class: "wl-more-actions", "aria-expanded": "false", onclick: toggle }, "More");
    const primary = row("wl-actions", FIRST_ACTIONS);
    primary.append(more);
    const rows = h("div", { class: "wl-rows" }, primary, row("wl-actions wl-rest", OTHER_ACTIONS));
    this.bottom.replaceChildren(this.classes, rows);
    if (this.review.setup.classes.length !== 2) primary.querySelector('[data-action="reject"]').hidden = true;
  }

  toggleMore(event) {
    const isOpen = this.bottom.classList.toggle("wl-all-actions");
    event.currentTarget.setAttribute("aria-expanded", String(isOpen));
  }

  drawAnswers() {
    const { setup, current: item, keys } = this.review;
    if (!setup) return;
    const nClasses = setup.n_classes ?? setup.classes.length;
    const shown = offered(setup.classes, item, keys);
    const buttons = shown.map((name) => this.classButton(name, item));
    if (shown.length < nClasses) {
      buttons.push(this.button("search", `All ${count(nClasses)} classes`, { class: "wl-class wl-find" }));
    }
    this.classes.replaceChildren(...buttons);
    this.classes.classList.toggle("wl-many", buttons.length > 4);
    this.bottom.classList.toggle("wl-blind-item", item?.proposed === null);
  }

  classButton(name, item) {
    const key = this.review.keys.of(`class:${name}`)[0];
    const share = item?.probabilities?.[name];
    const isProposed = item?.proposed === name;
    const isGiven = item?.state === "answered" && item.answer === name;
    const button = press({ class: "wl-class", "aria-keyshortcuts": key, onclick: () => this.review.answer(name) });
    const chance = typeof share === "number" ? probability(share) : "";
    const note = [isGiven && "✓ yours", isProposed && "proposed", chance].filter(Boolean).join(" · ");
    button.append(kbd(key) ?? "", datum(name, "wl-name"), note ? h("span", { class: "wl-note" }, note) : "");
    button.classList.toggle("wl-is-proposed", isProposed);
    button.classList.toggle("wl-is-given", isGiven);
    return button;
  }

  // Remarks: flag, cause, comment, functions that are wrong here

  drawRemarks() {
    const { current: item } = this.review;
    this.remarks.hidden = !item;
    if (!item) return;
    this.flagged.hidden = !item.flagged;
    this.beside.drawWrong(new Set(item.wrong_functions ?? []));
    this.bottom.querySelector('[data-action="flag"]')?.setAttribute("aria-pressed", String(Boolean(item.flagged)));
    const cause = item.cause ? h("span", { class: "wl-tag" }, "cause: ", datum(item.cause)) : null;
    const isClosed = this.commentBox.hidden;
    const label = h("span", { class: "wl-label" }, "Comment");
    const comment = isClosed && item.comment ? h("p", { class: "wl-said" }, label, datum(item.comment)) : null;
    this.marks.replaceChildren(...[cause, comment].filter(Boolean));
    if (!this.isTyping()) this.comment.value = this.review.drafts?.of(item.item_id) ?? item.comment ?? "";
  }

  startComment(item) {
    const draft = item ? (this.review.drafts?.of(item.item_id) ?? null) : null;
    this.comment.value = draft ?? item?.comment ?? "";
    this.commentBox.hidden = draft === null;
  }

  openComment() {
    this.commentBox.hidden = false;
    this.drawRemarks();
    this.comment.focus();
    this.comment.scrollIntoView({ block: "nearest" });
  }

  commentKey(event) {
    const isLeaving = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!isLeaving || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.focusItem();
  }

  leftComment() {
    this.review.saveComment();
    this.commentBox.hidden = true;
    this.drawRemarks();
  }
}

// ---------------------------------------------------------------- What dialogs ask

/** Return a button for each [key, words, value]. */
const choices = (options, run) =>
  options.map(([key, words, value]) =>
    press({ class: "wl-choice", "aria-keyshortcuts": key, onclick: () => run(value) }, kbd(key), h("span", {}, words)),
  );

/** The dialogs of the review; each closes before it does what was chosen. */
class Questions {
  constructor(review, dialogs) {
    this.review = review;
    this.dialogs = dialogs;
  }

  causes() {
    const { setup, current } = this.review;
    const choose = (name) => {
      this.dialogs.close();
      this.review.chooseCause(name);
    };
    const options = setup.causes.map((name, n) => [String(n + 1), name, name]);
    options.push(["0", "none of these", ""]);
    const buttons = choices(options, choose);
    const chosen = current.cause || null; // that there is none is no choice to show
    buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(options[n][2] === chosen)));
    const onkey = (event) => {
      const found = options.find(([key]) => key === event.key);
      if (!found || event.repeat) return;
      event.preventDefault();
      choose(found[2]);
    };
    this.dialogs.show("What went wrong?", [h("div", { class: "wl-choices" }, buttons)], { onkey, focus: buttons[0] });
  }

  escalation() {
    const input = h("input", { type: "text", maxlength: "10000", dir: "auto", autocomplete: "off" });
    const pass = (event) => {
      event.preventDefault();
      this.dialogs.close();
      this.review.give({ do: "escalate", text: input.value }, "Passed on to an expert.");
    };
    const label = h("label", {}, "What should the expert look at? (optional)", input);
    const button = h("button", { type: "submit", class: "wl-primary" }, kbd("Enter"), "Pass it on");
    const form = h("form", { onsubmit: pass }, label, button);
    this.dialogs.show("Pass this item on to an expert", [form], { focus: input });
  }

  search() {
    const list = h("ul", { class: "wl-found", role: "listbox", id: `wl-${randomKey()}`, "aria-label": "Classes" });
    const combobox = { role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list" };
    const input = h("input", { type: "text", autocomplete: "off", "aria-controls": list.id, ...combobox });
    const choose = (name) => {
      this.dialogs.close();
      this.review.answer(name);
    };
    const search = new ClassSearch(this.review.classFinder(), input, list, choose);
    const label = h("label", {}, "Part of its name", input);
    const onkey = (event) => search.keydown(event);
    this.dialogs.show("Answer with a class", [label, list, search.rest], { focus: input, onkey });
  }

  group(group) {
    const choice = new GroupChoice(this.review, group, (label) => {
      this.dialogs.close();
      this.review.applyToGroup(group, label);
    });
    const onkey = (event) => choice.keydown(event);
    this.dialogs.show("Answer the whole group", choice.parts(), { onkey, focus: choice.apply });
  }

  help() {
    const words = new Map();
    for (const [key, action, said] of this.review.keys.bindings) {
      words.set(action, [[...(words.get(action)?.[0] ?? []), key], said]);
    }
    const rows = [...words.values()].map(([keys, said]) =>
      h("div", {}, h("dt", {}, keys.map((key) => [h("kbd", {}, shownKey(key)), " "])), h("dd", {}, datum(said))),
    );
    const table = h("dl", { class: "wl-keys" }, rows);
    const also = faint("Ctrl+Z undoes too. In a text box keys only write.");
    const parts = [table, also, faint("With a screen reader, switch to focus mode to use the keys.")];
    const onkey = (event) => {
      if (event.key !== "?") return;
      event.preventDefault();
      this.dialogs.close();
    };
    this.dialogs.show("Keys", parts, { onkey, name: "wl-wide" });
  }
}

/** One answer for an item and its near-duplicates: all are shown, a class is chosen, one key confirms. */
class GroupChoice {
  constructor(review, group, confirm) {
    const { setup, current, keys } = review;
    Object.assign(this, { review, group, confirm });
    this.classes = offered(setup.classes, current, keys);
    const options = this.classes.map((name) => [keys.of(`class:${name}`)[0], datum(name), name]);
    this.buttons = choices(options, (name) => this.choose(name));
    this.apply = press({ class: "wl-primary", onclick: () => this.confirm(this.chosen) });
    this.choose(current.answer ?? current.proposed);
  }

  choose(name) {
    this.chosen = name;
    this.buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(this.classes[n] === name)));
    const all = plural(this.group.members.length + 1, "item");
    const words = name === null ? ["Choose a class"] : [`Answer ${all} as `, datum(name)];
    this.apply.replaceChildren(kbd("Enter"), h("span", {}, words));
    this.apply.disabled = name === null;
  }

  parts() {
    const { members, n_more } = this.group;
    const intro = h("p", {}, `This item and ${plural(members.length, "near-duplicate")} get the same answer:`);
    const list = h("ul", { class: "wl-members", tabindex: "0", "aria-label": "Near-duplicates" });
    list.append(...members.map((member) => this.member(member)));
    const more = n_more ? faint(`${plural(n_more, "further one")} would stay open.`) : "";
    const row = h("div", { class: "wl-choices wl-in-row", role: "group", "aria-label": "Class" }, this.buttons);
    return [intro, list, more, row, this.apply];
  }

  member({ item_id, proposed, excerpt }) {
    const rest = h("span", { class: "wl-faint" }, datum(item_id), ", proposed ", datum(proposed));
    return h("li", {}, datum(excerpt), " ", rest);
  }

  keydown(event) {
    const name = (this.review.keys.action(event) ?? "").replace(/^class:/, "");
    const isPress = event.key === "Enter" && !event.target.closest("button") && !event.repeat;
    if (!isPress && !this.classes.includes(name)) return;
    event.preventDefault();
    if (isPress) return this.apply.click();
    this.choose(name);
    this.apply.focus();
  }
}

/** Return the classes with a part in their name, those that begin with it first. */
function classesLike(classes, text) {
  const part = text.trim().toLowerCase();
  const like = classes.filter((name) => name.toLowerCase().includes(part));
  const starts = (name) => name.toLowerCase().startsWith(part);
  return [...like.filter(starts), ...like.filter((name) => !starts(name))];
}

/** Choose one of many classes by a part of its name. */
class ClassSearch {
  constructor(find, input, list, choose) {
    Object.assign(this, { find, input, list, choose, found: [], at: 0 });
    this.rest = h("p", { class: "wl-faint", role: "status" });
    input.addEventListener("input", () => this.search());
    this.search();
  }

  search() {
    const text = this.input.value;
    this.find(text, (all) => text === this.input.value && this.take(all));
  }

  take(all) {
    this.found = all.slice(0, FOUND_CLASSES);
    this.at = 0;
    const more = all.length - this.found.length;
    this.rest.textContent = all.length ? (more ? `and ${count(more)} more` : "") : "No class has that in its name.";
    this.draw();
  }

  draw() {
    const options = this.found.map((name, n) => {
      const state = { id: `${this.list.id}-${n}`, "aria-selected": String(n === this.at) };
      return h("li", { role: "option", ...state, onclick: () => this.choose(name) }, datum(name));
    });
    this.list.replaceChildren(...options);
    if (options.length) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    options[this.at]?.scrollIntoView({ block: "nearest" });
  }

  keydown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.draw();
    } else if (event.key === "Enter" && event.target === this.input && !event.repeat) {
      event.preventDefault();
      if (this.found.length) this.choose(this.found[this.at]);
    }
  }
}

// ---------------------------------------------------------------- What others call

/**
 * Draw a review into an element.
 *
 * transport: {send(message) -> promise of the reply, images(item_id, column) -> address or promise}.
 * options: isPage, storage (localStorage or null), opened (a reply to "open" that is there already),
 * menu(setup) -> [{label, href | run}], words, onOtherReviewer(). Returns a function that ends it,
 * and promises that nothing waits to be sent any more.
 */
export function mount(element, transport, options = {}) {
  const review = new Review(element, transport, options);
  review.open();
  return () => review.stop();
}

// ---------------------------------------------------------------- anywidget

const KERNEL_PATIENCE = 20000;
const KERNEL_WORDS = {
  offline: (n) => `The kernel is busy or gone${n ? `: ${plural(n, "answer")} waiting` : ""}`,
  unreachable: "The kernel does not answer. Trying again …",
};
const IMAGE = /^image\/(png|jpeg|gif|webp)$/;

/** Messages to the kernel and back; every view of a model has its own ids. */
function kernelTransport(model) {
  const view = randomKey();
  const waiting = new Map();
  let n = 0;
  let tellOther = () => {};
  const onMessage = (content) => {
    if (waiting.has(content?.id)) waiting.get(content.id)(content.reply);
    else if (content?.reply) tellOther(content.reply);
  };
  model.on("msg:custom", onMessage);
  const send = (message) =>
    new Promise((resolve, reject) => {
      n += 1;
      const id = `${view}-${n}`;
      const late = setTimeout(() => settle(reject, new Error("no reply")), KERNEL_PATIENCE);
      const settle = (how, what) => {
        clearTimeout(late);
        waiting.delete(id);
        how(what);
      };
      waiting.set(id, (reply) => settle(resolve, reply));
      model.send({ id, message });
    });
  const images = async (item_id, column) => {
    const { image } = await send({ do: "image", item_id, column });
    if (!IMAGE.test(image?.media_type)) throw new Error("no image");
    return `data:${image.media_type};base64,${image.base64}`;
  };
  const onOther = (tell) => (tellOther = tell);
  return { send, images, onOther, stop: () => model.off("msg:custom", onMessage) };
}

const opened = new WeakSet(); // models whose first screen was used: a later view asks for its own

function render({ model, el }) {
  const transport = kernelTransport(model);
  const first = opened.has(model) ? null : model.get("opened");
  opened.add(model);
  const stop = mount(el, transport, { opened: first?.ok ? first : null, words: KERNEL_WORDS });
  return () => {
    stop().finally(() => transport.stop()); // what waits for the kernel is sent first
  };
}

export default { render };
