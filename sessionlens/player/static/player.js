// The SessionLens player: one module without dependencies, for the notebook (anywidget) and for pages.
//
// What it plays is described in sessionlens/player/payload.py; how it looks, in player.css. All text of a
// recording goes to the page as text: nothing here makes HTML, addresses, styles or class names of it.
//
//   Film        the payload: frames, rows, styles          Clock    time that runs, waits and skips
//   Index       what a search looks at                     TimeBar  the bar below: scrubbing, marks, density
//   Colours     themes and the recording's own colours     Panel    commands, marks, search, facts
//   Painter     rows on a canvas                           Player   all of it, and the keys

const KEYFRAME = 64; // frames between two screens that are kept whole
const IDLE = 2; // s without change, of which the rest is skipped
const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4, 8, 16];
const ZOOMS = ["fit", "100%", "150%", "200%"];
const FONT_SIZE = 14; // CSS pixels at 100 %
const MARGIN = 10; // CSS pixels around the screen, at least
const MOST_PIXELS = 2 ** 26, MOST_WIDE = 2 ** 15 - 1; // of a canvas: browsers leave larger ones empty
const FONTS = '"DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace';
const SHAPES = { high: "▲", medium: "◆", low: "●", note: "■" };
const MOST_HITS = 500; // in the list; all are on the bar
const WRAPPED = 1, CELLS = 2; // bits of a row's look
const SHOWN = 1, ALTERNATE = 2, REVERSE = 4; // bits of a frame's flags
const BOLD = 1, FAINT = 2, ITALIC = 4, BLINK = 8, INVERSE = 16, CONCEAL = 32, STRIKE = 64, OVERLINE = 128;
const REST = 120; // ms without a seek, after which the screen's text is told
const KEYS = [
  ["Space", "play or pause"], ["← →", "5 s back or ahead; with Shift 1 s"], [", .", "frame back or ahead"],
  ["↑ ↓", "command before or after"], ["< >", "slower, faster"], ["Home End", "start, end"],
  ["/", "search"], ["n N", "next hit, hit before"], ["[ ]", "selection from here, to here"],
  ["b or m", "bookmark, of the selection if there is one"], ["i", "skip time without change, or not"],
  ["c", "copy the screen's text"], ["z", "zoom"], ["f", "full screen"], ["Esc", "close; forget the selection"],
  ["?", "this help"],
];

// ---------------------------------------------------------------------------------------------- small things

/** An element with attributes, listeners (`onclick`) and children; strings become text. */
function h(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) found.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) found.setAttribute(name, value === true ? "" : value);
  }
  // JupyterLab leaves keys alone that are pressed inside of such elements
  if (/^(button|input|select|textarea)$/.test(tag) || "tabindex" in attributes) {
    found.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  found.append(...children.filter((child) => child != null));
  return found;
}

/** An icon of 16 × 16 from a path of our own. */
function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  picture.append(shape);
  return picture;
}

const ICONS = {
  play: "M4 2.5v11l9.5-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  frameBack: "M10.5 3v10L4 8zM12 3h1.5v10H12z",
  frameAhead: "M5.5 3v10L12 8zM2.5 3H4v10H2.5z",
  commandBack: "M2 3h1.8v10H2zM9 3v10L4 8zM14.5 3v10l-5-5z",
  commandAhead: "M14 3h-1.8v10H14zM7 3v10l5-5zM1.5 3v10l5-5z",
  skip: "M1.5 4v8L7 8zM7.5 4v8L13 8zM13.2 4h1.3v8h-1.3z",
  copy: "M5 1.5h8.5v10H11v3H2.5v-10H5zM6.3 2.8v1.7H11v5.7h1.2V2.8zM3.8 5.8v7.4h5.9V5.8z",
  mark: "M4 1.5h8v13l-4-3-4 3z",
  full: "M2 2h5v1.5H3.5V7H2zM9 2h5v5h-1.5V3.5H9zM2 9h1.5v3.5H7V14H2zM12.5 9H14v5H9v-1.5h3.5z",
  up: "M8 4l5 6H3z",
  down: "M8 12L3 6h10z",
};

const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u115f\u1160\u1680\u180e\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]/gu;

/** Text made harmless for people, as sessionlens/visible.py does it: what is not seen shows as its code. */
function visible(text) {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0);
    if (code === 10) return "\n";
    if (code === 9) return "\\t";
    if (code === 13) return "\\r";
    const digits = code.toString(16);
    return code < 0x100 ? "\\x" + digits.padStart(2, "0")
      : code < 0x10000 ? "\\u" + digits.padStart(4, "0") : "\\U" + digits.padStart(8, "0");
  });
}

const two = (number) => String(Math.floor(number)).padStart(2, "0");

/** Seconds as HH:MM:SS, with as many digits behind the point as asked for. */
function clock(seconds, digits = 0) {
  const parts = Math.floor(Math.max(seconds, 0) * 10 ** digits + 1e-6);
  const all = Math.floor(parts / 10 ** digits), rest = String(parts % 10 ** digits).padStart(digits, "0");
  const text = `${two(all / 3600)}:${two((all / 60) % 60)}:${two(all % 60)}`;
  return digits ? `${text}.${rest}` : text;
}

/** A length of time in words: `4.2 s`, `12 min 3 s`, `3 h 5 min`. */
function length(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The index of the last number that is not greater, at least 0. */
function lastUpTo(numbers, value) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", { class: "sl-hidden", readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

/** Who wants to know what. */
class Listeners {
  #known = new Map();

  on(name, call) {
    if (!this.#known.has(name)) this.#known.set(name, new Set());
    this.#known.get(name).add(call);
    return () => this.#known.get(name).delete(call);
  }

  tell(name, value) {
    for (const call of this.#known.get(name) ?? []) call(value);
  }
}

// ------------------------------------------------------------------------------------------------------ film

/** The payload, read: what was on the screen when. */
class Film {
  static async read(bytes) {
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "SLP1")
      throw new Error("this is no film of SessionLens");
    const stream = new Blob([bytes.subarray(4)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Film(new Uint8Array(await new Response(stream).arrayBuffer()));
  }

  constructor(data) {
    const size = new DataView(data.buffer).getUint32(0, true);
    this.told = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + size)));
    const columns = {};
    let at = 4 + size;
    for (const [name, [width, count]] of Object.entries(this.told.columns)) {
      const planes = data.subarray(at, at + width * count);
      at += width * count;
      columns[name] = width === 1 ? planes : unplaned(planes, width, count);
    }
    this.columns = columns;
    this.count = columns.t.length;
    this.start = this.told.start;
    this.end = Math.max(this.told.end, this.start);
    this.commands = this.told.commands;
    this.#readTimes();
    this.#readChanges();
    this.#readRows();
    this.#decoder = new TextDecoder();
    this.#screen = { index: -1, rows: new Uint32Array(0) };
    this.#views = new Map();
  }

  #decoder;
  #screen;
  #views;

  #readTimes() {
    const { t, t_high, offset, offset_high } = this.columns;
    this.times = new Float64Array(this.count);
    this.offsets = new Float64Array(this.count);
    let ticks = 0, place = this.told.offset;
    const first = Math.round(this.told.begins * 1e9);
    for (let i = 0; i < this.count; i++) {
      ticks += t[i] + t_high[i] * 2 ** 32;
      place += offset[i] + offset_high[i] * 2 ** 32;
      this.times[i] = (first + ticks * this.told.tick) / 1e9;
      this.offsets[i] = place;
    }
  }

  /** Row numbers of all changes, and every `KEYFRAME`-th screen whole. */
  #readChanges() {
    const { row, passed, at, changes } = this.columns;
    this.ids = new Uint32Array(row.length);
    this.passed = new Uint32Array(passed.length);
    this.places = new Uint16Array(row.length);
    this.begin = new Uint32Array(this.count + 1);
    this.keyframes = [];
    let next = 0;
    for (let i = 0; i < row.length; i++) this.ids[i] = row[i] === 0 ? next++ : next - row[i];
    for (let i = 0; i < passed.length; i++) this.passed[i] = passed[i] === 0 ? next++ : next - passed[i];
    this.rowCount = next;
    for (let i = 0, k = 0; i < this.count; i++) {
      for (let n = 0, place = 0; n < changes[i]; n++, k++) this.places[k] = place += at[k];
      this.begin[i + 1] = k;
    }
    let screen = new Uint32Array(0);
    for (let i = 0; i < this.count; i++) {
      screen = this.#advance(screen, i);
      if (i % KEYFRAME === 0) this.keyframes.push(screen.slice());
    }
  }

  #readRows() {
    const { bytes, look, cells, pattern } = this.columns;
    this.textBegin = sums(bytes);
    this.runBegin = sums(pattern);
    this.cellBegin = new Map();
    for (let id = 0, at = 0; id < look.length; id++) {
      if (!(look[id] & CELLS)) continue;
      this.cellBegin.set(id, at);
      at += 1 + cells[at];
    }
  }

  /** The screen of frame `i` from that of the frame before, which is changed in place. */
  #advance(screen, i) {
    const size = this.columns.rows[i], up = this.columns.scroll[i];
    if (screen.length !== size) screen = new Uint32Array(size);
    else if (up) screen.copyWithin(0, up);
    for (let k = this.begin[i]; k < this.begin[i + 1]; k++) screen[this.places[k]] = this.ids[k];
    return screen;
  }

  /** The row numbers of a frame, top to bottom; valid until the next call. */
  screen(index) {
    let { index: at, rows } = this.#screen;
    const key = Math.floor(index / KEYFRAME);
    if (at < key * KEYFRAME || at > index) {
      rows = this.keyframes[key].slice();
      at = key * KEYFRAME;
    }
    while (at < index) rows = this.#advance(rows, ++at);
    this.#screen = { index, rows };
    return rows;
  }

  /** The frame that was shown at a time: the last whose first event is not after it. */
  at(seconds) {
    return lastUpTo(this.times, seconds);
  }

  text(id) {
    return this.#decoder.decode(this.columns.text.subarray(this.textBegin[id], this.textBegin[id + 1]));
  }

  wrapped(id) {
    return (this.columns.look[id] & WRAPPED) !== 0;
  }

  /** A row to paint: text, cells (null where each is one unit of the text), runs as (cells, style) in turn. */
  row(id) {
    let found = this.#views.get(id);
    if (found === undefined) {
      if (this.#views.size > 20000) this.#views.clear();
      this.#views.set(id, (found = this.#view(id)));
    }
    return found;
  }

  #view(id) {
    const { look, cells, run_cells, run_style } = this.columns;
    const text = this.text(id),
      pattern = look[id] >> 2,
      runs = [];
    for (let k = this.runBegin[pattern]; k < this.runBegin[pattern + 1]; k++)
      runs.push(run_cells[k], run_style[k]);
    const begin = this.cellBegin.get(id);
    if (begin === undefined) return { text, cells: null, runs };
    const found = [];
    for (let k = 1, at = 0; k <= cells[begin]; k++) found.push(text.slice(at, (at += cells[begin + k])));
    return { text, cells: found, runs };
  }

  /** The screen's text, a line a row, blanks at the ends cut. */
  screenText(index) {
    return Array.from(this.screen(index), (id) => this.text(id).replace(/ +$/, ""));
  }

  /** The command that was the last to start, as an index; -1 before the first. */
  commandAt(seconds) {
    const starts = (this.starts ??= this.commands.map((command) => command.start));
    return starts.length && starts[0] <= seconds ? lastUpTo(starts, seconds) : -1;
  }

  /** `command 3`, or `after command 3` where it is known to have ended by then. */
  since(at, seconds) {
    const { n, end } = this.commands[at];
    return `${end !== null && seconds >= end ? "after " : ""}command ${n}`;
  }

  /** The recorder's clock as a Date; null where it is not known. */
  instant(seconds) {
    return this.told.started === null ? null : new Date((this.told.started + seconds) * 1000);
  }

  /** `2026-11-22 09:14:03 UTC`, and the zone beside it where there is one. */
  wall(seconds) {
    const when = this.instant(seconds);
    if (when === null) return null;
    const utc = when.toISOString();
    const said = { utc: `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`, zone: null };
    if (this.told.zone) {
      const { name, steps } = this.told.zone;
      const away = steps[lastUpTo(steps.map((step) => step[0]), seconds)][1];
      const there = new Date(when.getTime() + away * 1000).toISOString();
      said.zone = `${there.slice(0, 10)} ${there.slice(11, 19)} ${visible(name)}`;
    }
    return said;
  }
}

function unplaned(planes, width, count) {
  const found = width === 2 ? new Uint16Array(count) : new Uint32Array(count);
  for (let plane = 0; plane < width; plane++) {
    const shift = 8 * plane, from = plane * count;
    for (let i = 0; i < count; i++) found[i] |= planes[from + i] << shift;
  }
  return found;
}

function sums(sizes) {
  const found = new Uint32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) found[i + 1] = found[i] + sizes[i];
  return found;
}

/** Every logical line that was ever shown or passed between two frames, and every command. Made once. */
class Index {
  constructor(film) {
    this.film = film;
    this.lines = [];
    this.#shown();
    this.#passed();
    this.lines.sort((a, b) => a.time - b.time);
  }

  #shown() {
    const { film } = this, count = new Uint16Array(film.rowCount), texts = new Map();
    const text = (id) => {
      if (!texts.has(id)) texts.set(id, film.text(id));
      return texts.get(id);
    };
    let before = [], standing = []; // rows of the frame before; the line that stands at each place
    for (let i = 0; i < film.count; i++) {
      const screen = film.screen(i), up = screen.length === before.length ? film.columns.scroll[i] : 0;
      if (up) standing = standing.slice(up);
      for (let k = film.begin[i], done = -1; k < film.begin[i + 1]; k++) {
        let first = film.places[k], last = first;
        if (first <= done) continue;
        while (first > 0 && film.wrapped(screen[first - 1])) first--;
        while (last + 1 < screen.length && film.wrapped(screen[last])) last++;
        done = last;
        const ids = Array.from(screen.subarray(first, last + 1));
        if (ids.every((id) => count[id])) continue; // it stood there, or elsewhere on the screen
        const said = ids.map(text).join("").replace(/ +$/, "");
        const old = standing[first];
        if (old && old.text && said.startsWith(old.text)) old.grown = true; // the same line, half typed
        standing[first] = { time: film.times[i], where: "screen", text: said };
        if (said) this.lines.push(standing[first]);
      }
      for (const id of before) count[id]--;
      for (const id of screen) count[id]++;
      before = Array.from(screen);
    }
    this.lines = this.lines.filter((line) => !line.grown);
  }

  #passed() {
    const { film } = this, { passed, passed_frame, passed_why } = film.columns, { reasons } = film.told;
    for (let i = 0, text = ""; i < passed.length; i++) {
      text += film.text(film.passed[i]);
      if (film.wrapped(film.passed[i]) && passed_frame[i + 1] === passed_frame[i]) continue;
      const where = `between frames, ${reasons[passed_why[i]]}`;
      if (text.trim())
        this.lines.push({ time: film.times[passed_frame[i]], where, text: text.replace(/ +$/, "") });
      text = "";
    }
  }

  /** Hits in order of time; upper and lower case are alike. */
  find(query) {
    const wanted = query.toLowerCase(),
      has = (text) => text.toLowerCase().includes(wanted);
    const found = this.film.commands
      .filter((c) => has(c.text))
      .map((c) => ({ time: c.start, where: `command ${c.n}`, text: c.text }));
    for (const line of this.lines) if (has(line.text)) found.push(line);
    return found.sort((a, b) => a.time - b.time);
  }

  /** What was looked at, and what could not be. */
  get coverage() {
    const { commands, told } = this.film;
    const left = told.left_out
      ? `; ${told.left_out} lines that passed between two frames are not in this film`
      : "";
    return `${this.lines.length} lines and ${commands.length} commands looked at${left}`;
  }
}

// --------------------------------------------------------------------------------------------------- colours

const css = (colour) => "#" + colour.toString(16).padStart(6, "0");

function blend(under, over, share) {
  let out = 0;
  for (const shift of [16, 8, 0]) {
    const low = (under >> shift) & 255, high = (over >> shift) & 255;
    out |= Math.round(low + (high - low) * share) << shift;
  }
  return out;
}

/** The contrast of two colours (WCAG 2), 1 to 21. */
function contrast(one, other) {
  const light = (colour) => [[16, 0.2126], [8, 0.7152], [0, 0.0722]].reduce((sum, [shift, weight]) => {
    const v = ((colour >> shift) & 255) / 255;
    return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0) + 0.05;
  const a = light(one), b = light(other);
  return Math.max(a, b) / Math.min(a, b);
}

function legible(fg, bg, least) {
  if (contrast(fg, bg) >= least) return fg;
  const end = contrast(0, bg) > contrast(0xffffff, bg) ? 0 : 0xffffff;
  for (let i = 1; i < 16; i++) {
    const colour = blend(fg, end, i / 16);
    if (contrast(colour, bg) >= least) return colour;
  }
  return end;
}

const CUBE = [0, 95, 135, 175, 215, 255];
const FIXED = [
  ...Array.from(
    { length: 216 },
    (_, i) => (CUBE[Math.floor(i / 36)] << 16) | (CUBE[Math.floor(i / 6) % 6] << 8) | CUBE[i % 6],
  ),
  ...Array.from({ length: 24 }, (_, i) => (8 + 10 * i) * 0x010101),
];

/** What a style looks like in a theme, in the colours of the moment; as the video has it (render/strips.py). */
class Colours {
  constructor(film, theme) {
    this.film = film;
    this.theme = theme;
    this.dark = film.told.themes.dark;
    this.#darkPalette = [...this.dark.named, ...FIXED];
    this.#own = { at: 0, colours: new Map() };
    this.use(0, false);
  }

  #own;
  #paints;
  #darkPalette;
  #state = "";

  /** Bring it to the colours that the recording had set by a frame; whether anything changed. */
  use(index, reverse) {
    const { colour_frame, colour_index, colour } = this.film.columns;
    if (this.theme.follows) {
      const own = this.#own;
      if (own.at && colour_frame[own.at - 1] > index) Object.assign(own, { at: 0, colours: new Map() });
      for (; own.at < colour_frame.length && colour_frame[own.at] <= index; own.at++) {
        const value = colour[own.at];
        if (value > 0xffffff) own.colours.delete(colour_index[own.at]);
        else own.colours.set(colour_index[own.at], value);
      }
    }
    const state = `${this.#own.at} ${reverse}`;
    if (state === this.#state) return false;
    this.#state = state;
    this.#paints = new Map();
    const { foreground, background, cursor, named, follows } = this.theme, own = this.#own.colours;
    this.foreground = own.get(256) ?? foreground;
    this.background = own.get(257) ?? background;
    const block = own.get(258) ?? (own.has(256) ? this.foreground : cursor);
    this.cursor = follows ? legible(block, this.background, 3) : block;
    this.palette = [...named, ...FIXED];
    for (const [key, value] of own) if (key < 256) this.palette[key] = value;
    if (reverse) {
      [this.foreground, this.background] = [this.background, this.foreground];
      this.cursor = this.foreground;
    }
    return true;
  }

  paint(id) {
    let found = this.#paints.get(id);
    if (!found) this.#paints.set(id, (found = this.#paint(id)));
    return found;
  }

  /** Text and ground of a style, after faint and inverse. */
  #pair(id, palette, foreground, background) {
    const { fg, bg, style } = this.film.columns;
    const rgb = (colour, usual) =>
      colour === 0 ? usual : colour >= 0x1000000 ? colour & 0xffffff : palette[colour - 1];
    const ground = rgb(bg[id], background);
    let ink = rgb(fg[id], foreground);
    if (style[id] & FAINT) ink = blend(ground, ink, 0.6);
    return style[id] & INVERSE ? [ground, ink] : [ink, ground];
  }

  #paint(id) {
    const { style, line } = this.film.columns, flags = style[id], { dark, theme } = this;
    const [ink, ground] = this.#pair(id, this.palette, this.foreground, this.background);
    // where the theme makes text legible anyway, what could be read in the default theme was not hidden
    const read = () =>
      theme.least > 1 && differ(...this.#pair(id, this.#darkPalette, dark.foreground, dark.background));
    const unseen = (flags & CONCEAL) !== 0 || !(differ(ink, ground) || read());
    let seen = ink;
    if (unseen && contrast(ink, ground) < 2) {
      seen =
        contrast(this.foreground, ground) > contrast(this.background, ground)
          ? this.foreground
          : this.background;
    }
    seen = legible(seen, ground, unseen ? Math.max(this.theme.least, 4.5) : this.theme.least);
    const font = `${flags & ITALIC ? "italic " : ""}${flags & BOLD ? "bold " : ""}`;
    return {
      font,
      flags,
      unseen,
      ink: css(seen),
      asSent: css(ink),
      ground: css(ground),
      groundColour: ground,
      plainGround: ground === this.background,
      underline: flags >> 8,
      line: css(
        line[id] === 0 ? seen : line[id] >= 0x1000000 ? line[id] & 0xffffff : this.palette[line[id] - 1],
      ),
    };
  }
}

/** Whether two colours differ to the eye. */
function differ(one, other) {
  const hues = Math.max(
    ...[16, 8, 0].map((shift) => Math.abs(((one >> shift) & 255) - ((other >> shift) & 255))),
  );
  return hues >= 64 || contrast(one, other) >= 1.15;
}

// -------------------------------------------------------------------------------------------------- geometry

// Of each of U+2500..U+257F two hex digits: left << 2 | right, up << 2 | down; 1 light, 2 heavy, 3 double.
const ARMS =
  "50a0050a................1121122241814282142418284484488815251916" +
  "1a29262a458549464a89868a519161a1529262a2549464a4589868a8559565a5" +
  "59565a99699666a9a69a6aaa........f00f311333c143c3341c3cc44ccc351f" +
  "3fc54fcff153f3f45cfcf55fff11414414......400410018008200260069009";
const DASHES = { 4: 3, 5: 3, 6: 3, 7: 3, 8: 4, 9: 4, 10: 4, 11: 4, 0x4c: 2, 0x4d: 2, 0x4e: 2, 0x4f: 2 };
const QUADRANTS = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14]; // U+2596..U+259F; 1 2 above, 4 8 below

/** Draw a character whose lines have to meet those of its neighbours; false where a font does it. */
function drawShape(ink, code, x, y, w, hgt) {
  if (code >= 0x2500 && code <= 0x257f) return drawLines(ink, code - 0x2500, x, y, w, hgt);
  if (code >= 0x2580 && code <= 0x259f) return drawBlock(ink, code, x, y, w, hgt);
  if (code >= 0x2800 && code <= 0x28ff) return drawDots(ink, code - 0x2800, x, y, w, hgt);
  if (code >= 0xe0b0 && code <= 0xe0b3) return drawArrow(ink, code - 0xe0b0, x, y, w, hgt);
  return false;
}

function drawLines(ink, which, x, y, w, hgt) {
  const light = Math.max(1, Math.round(w / 9)), gap = Math.max(light, Math.round(w / 6));
  const across = (weight) => (weight === 2 ? light * 2 + (light === 1 ? 1 : 0) : light);
  const cx = x + Math.floor((w - light) / 2), cy = y + Math.floor((hgt - light) / 2);
  if (which in DASHES) {
    const upright = which === 6 || which === 7 || which === 10 || which === 11 || which >= 0x4e;
    const count = DASHES[which], thick = across(which % 2 ? 2 : 1), long = upright ? hgt : w;
    for (let i = 0; i < count; i++) {
      const a = Math.round((long * (i + 0.2)) / count),
        b = Math.max(Math.round((long * (i + 0.8)) / count), a + 1);
      if (upright) ink.fillRect(x + Math.floor((w - thick) / 2), y + a, thick, b - a);
      else ink.fillRect(x + a, y + Math.floor((hgt - thick) / 2), b - a, thick);
    }
    return true;
  }
  if (which >= 0x71 && which <= 0x73) {
    ink.lineWidth = light;
    ink.beginPath();
    if (which !== 0x72) ink.moveTo(x + w, y), ink.lineTo(x, y + hgt);
    if (which !== 0x71) ink.moveTo(x, y), ink.lineTo(x + w, y + hgt);
    ink.stroke();
    return true;
  }
  const sides = parseInt(ARMS[which * 2], 16), ends = parseInt(ARMS[which * 2 + 1], 16);
  const left = sides >> 2, right = sides & 3, up = ends >> 2, down = ends & 3;
  if (which >= 0x6d && which <= 0x70) {
    const r = Math.floor(Math.min(w, hgt) / 2), mx = cx + light / 2, my = cy + light / 2;
    ink.lineWidth = light;
    ink.beginPath();
    ink.moveTo(left ? x : x + w, my);
    ink.lineTo(left ? mx - r : mx + r, my);
    ink.arcTo(mx, my, mx, up ? my - r : my + r, r);
    ink.lineTo(mx, up ? y : y + hgt);
    ink.stroke();
    return true;
  }
  // an arm runs from a point near the middle to its edge; what it crosses says where that point is
  const arm = (weight, opposite, one, other, put) => {
    if (weight === 3) {
      for (const [side, near, far] of [[-1, one, other], [1, other, one]]) {
        put(side * gap, near ? (near === 3 ? gap : 0) : far && !opposite ? (far === 3 ? -gap : 0) : 0, light);
      }
    } else if (weight) {
      const thick = across(weight), crossed = Math.max(one, other);
      let reach = crossed === 3 && !opposite ? gap : 0;
      if (crossed === 3 && one && other && !opposite) reach = -gap;
      const more = crossed === 2 && !opposite ? Math.floor((across(crossed) - light) / 2) : 0;
      put(-Math.floor((thick - light) / 2), -reach - more, thick);
    }
  };
  arm(right, left, up, down, (aside, from, thick) =>
    ink.fillRect(cx + from, cy + aside, x + w - cx - from, thick),
  );
  arm(left, right, up, down, (aside, from, thick) =>
    ink.fillRect(x, cy + aside, cx + light - from - x, thick),
  );
  arm(down, up, left, right, (aside, from, thick) =>
    ink.fillRect(cx + aside, cy + from, thick, y + hgt - cy - from),
  );
  arm(up, down, left, right, (aside, from, thick) =>
    ink.fillRect(cx + aside, y, thick, cy + light - from - y),
  );
  return true;
}

function drawBlock(ink, code, x, y, w, hgt) {
  const part = (long, eighths) =>
    eighths === 4 ? long - Math.floor(long / 2) : Math.max(1, Math.round((long * eighths) / 8));
  if (code >= 0x2591 && code <= 0x2593) {
    ink.globalAlpha = (code - 0x2590) / 4;
    ink.fillRect(x, y, w, hgt);
    ink.globalAlpha = 1;
  } else if (code >= 0x2596) {
    const bits = QUADRANTS[code - 0x2596], mx = Math.floor(w / 2), my = Math.floor(hgt / 2);
    if (bits & 1) ink.fillRect(x, y, mx, my);
    if (bits & 2) ink.fillRect(x + mx, y, w - mx, my);
    if (bits & 4) ink.fillRect(x, y + my, mx, hgt - my);
    if (bits & 8) ink.fillRect(x + mx, y + my, w - mx, hgt - my);
  } else if (code === 0x2580) ink.fillRect(x, y, w, Math.floor(hgt / 2));
  else if (code === 0x2594) ink.fillRect(x, y, w, Math.max(1, Math.round(hgt / 8)));
  else if (code === 0x2590) ink.fillRect(x + Math.floor(w / 2), y, w - Math.floor(w / 2), hgt);
  else if (code === 0x2595) {
    const thin = Math.max(1, Math.round(w / 8));
    ink.fillRect(x + w - thin, y, thin, hgt);
  } else if (code <= 0x2588) {
    const high = part(hgt, code - 0x2580);
    ink.fillRect(x, y + hgt - high, w, high);
  } else ink.fillRect(x, y, part(w, 0x2590 - code), hgt);
  return true;
}

function drawDots(ink, dots, x, y, w, hgt) {
  const size = Math.max(1, Math.min(Math.floor(w / 4), Math.floor(hgt / 8)));
  const places = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [0, 3], [1, 3]];
  places.forEach(([column, row], bit) => {
    if (!((dots >> bit) & 1)) return;
    ink.fillRect(
      x + Math.round((w * (2 * column + 1)) / 4 - size / 2),
      y + Math.round((hgt * (2 * row + 1)) / 8 - size / 2),
      size,
      size,
    );
  });
  return true;
}

function drawArrow(ink, which, x, y, w, hgt) {
  const flat = which >= 2 ? x + w : x, tip = which >= 2 ? x : x + w;
  ink.beginPath();
  ink.moveTo(flat, y);
  ink.lineTo(tip, y + hgt / 2);
  ink.lineTo(flat, y + hgt);
  if (which % 2) {
    ink.lineWidth = Math.max(1, w / 8);
    ink.stroke();
  } else ink.fill();
  return true;
}

// --------------------------------------------------------------------------------------------------- painter

// What every font of fixed width has in one advance: painted as one run. All else is painted cell by cell.
const EVEN = /^[\x20-\x7e\xa1-\xac\xae-\u017f]*$/;
const BEHIND = /[\p{Cf}\p{Cc}\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu; // changes other characters, shows nothing

/** Paints frames on a canvas, only where they differ from what is there. */
class Painter {
  constructor(film, canvas, colours) {
    this.film = film;
    this.canvas = canvas;
    this.ink = canvas.getContext("2d", { alpha: false });
    this.colours = colours;
    this.rows = [];
    this.cursor = null;
    this.size = "";
  }

  /** A screen's height as a share of its width. */
  static aspect(columns, rows) {
    const { w, h } = Painter.cell(columns, rows, 0, 0, 100);
    return (rows * h) / (columns * w);
  }

  /** The size of a cell in device pixels, for a place (in device pixels) or a size of letters. */
  static cell(columns, rows, width, height, fontSize) {
    const ink = (Painter.measure ??= document.createElement("canvas").getContext("2d"));
    ink.font = `100px ${FONTS}`;
    const advance = ink.measureText("M".repeat(20)).width / 2000,
      tall = 1.22;
    let wide = fontSize
      ? Math.round(fontSize * advance)
      : Math.floor(Math.min(width / columns, (height / rows / tall) * advance));
    const shape = tall / advance, room = Math.sqrt(MOST_PIXELS / (columns * rows * shape));
    wide = Math.max(Math.floor(Math.min(wide, room, MOST_WIDE / columns, MOST_WIDE / rows / shape)), 2);
    const high = Math.round(wide * shape);
    return {
      w: wide,
      h: Math.max(fontSize ? high : Math.min(high, Math.floor(height / rows)), 4),
      font: wide / advance,
    };
  }

  /** Use these sizes from now on; whether all has to be painted anew. */
  layOut(columns, rows, cell) {
    const size = `${columns} ${rows} ${cell.w} ${cell.h}`;
    if (size === this.size) return;
    Object.assign(this, { size, columns, cell });
    this.canvas.width = columns * cell.w;
    this.canvas.height = rows * cell.h;
    this.#font = null;
    this.#spacing.clear();
    this.forget();
  }

  /** Nothing that is there can be used again. */
  forget() {
    this.rows = [];
  }

  paint(index) {
    const { film, ink, cell } = this, { x, y, flags } = film.columns;
    if (this.colours.use(index, (flags[index] & REVERSE) !== 0)) this.forget();
    if (!this.rows.length) this.canvas.parentElement.style.background = css(this.colours.background);
    const wanted = film.screen(index), rows = this.rows;
    if (rows.length !== wanted.length) {
      ink.fillStyle = css(this.colours.background);
      ink.fillRect(0, 0, this.canvas.width, this.canvas.height);
      this.rows = new Array(wanted.length).fill(-1);
    } else {
      if (this.cursor) rows[this.cursor.y] = -1;
      this.#scroll(wanted);
    }
    for (let at = 0; at < wanted.length; at++) {
      if (this.rows[at] !== wanted[at]) this.#row(at, wanted[at]);
      this.rows[at] = wanted[at];
    }
    this.cursor = null;
    if (flags[index] & SHOWN && y[index] < wanted.length) {
      this.cursor = { x: Math.min(x[index], this.columns - 1), y: y[index] };
      this.#cursor(wanted[this.cursor.y]);
    }
    ink.globalAlpha = 1;
    this.canvas.setAttribute("data-cell", `${cell.w}x${cell.h}`);
  }

  /** Where most of the screen went up, move what is painted. */
  #scroll(wanted) {
    const rows = this.rows, up = rows.indexOf(wanted[0]);
    if (up <= 0) return;
    let same = 0;
    while (up + same < rows.length && rows[up + same] === wanted[same]) same++;
    if (same < rows.length / 2) return;
    const { w, h: high } = this.cell, wide = this.columns * w;
    this.ink.drawImage(this.canvas, 0, up * high, wide, same * high, 0, 0, wide, same * high);
    rows.copyWithin(0, up, up + same);
  }

  #row(at, id) {
    const { ink, cell, colours } = this, { text, cells, runs } = this.film.row(id), top = at * cell.h;
    ink.fillStyle = css(colours.background);
    ink.fillRect(0, top, this.canvas.width, cell.h);
    for (let k = 0, column = 0; k < runs.length; column += runs[k], k += 2) {
      const paint = colours.paint(runs[k + 1]), wide = runs[k], left = column * cell.w;
      if (!paint.plainGround) {
        ink.fillStyle = paint.ground;
        ink.fillRect(left, top, wide * cell.w, cell.h);
      }
      if (cells === null) this.#text(text.slice(column, column + wide), null, paint, left, top);
      else this.#text("", cells.slice(column, column + wide), paint, left, top);
      this.#decorate(paint, left, top, wide);
    }
  }

  #text(text, cells, paint, left, top) {
    const { ink, cell } = this, base = top + Math.round(cell.h / 2 + cell.font * 0.345);
    this.#use(paint.font);
    ink.fillStyle = paint.ink;
    if (cells === null && EVEN.test(text)) {
      if (/[^ ]/.test(text)) this.#even(text, left, base, paint.font);
      return;
    }
    ink.strokeStyle = paint.ink;
    const each = cells ?? Array.from(text);
    for (let i = 0; i < each.length; i++) {
      const shown = each[i].replace(BEHIND, ""), code = shown.codePointAt(0);
      if (code === undefined || shown === " ") continue;
      const wide = each[i + 1] === "" ? 2 : 1, x = left + i * cell.w;
      const block = code >= 0x2580 && code <= 0x259f;
      if (block) ink.fillStyle = paint.asSent;
      if (!drawShape(ink, code, x, top, wide * cell.w, cell.h)) this.#letter(shown, x, base, wide * cell.w);
      if (block) ink.fillStyle = paint.ink;
    }
  }

  /** Take up a font; a canvas forgets it when its size is set. */
  #use(font) {
    const { ink, cell } = this;
    if (this.#font === font) return;
    this.#font = font;
    ink.font = `${font}${cell.font}px ${FONTS}`;
    ink.fontKerning = "none";
    ink.textRendering = "optimizeSpeed";
    ink.direction = "ltr"; // the direction is the terminal's
    if (!this.#spacing.has(font)) {
      if ("letterSpacing" in ink) ink.letterSpacing = "0px";
      this.#spacing.set(font, `${(cell.w - ink.measureText("M".repeat(32)).width / 32).toFixed(4)}px`);
    }
  }

  #font = null;
  #spacing = new Map(); // what corrects the advance of a font where the browser rounds it

  /** A run whose letters all have one advance. */
  #even(text, left, base, font) {
    const { ink, cell } = this;
    ink.textAlign = "left";
    if ("letterSpacing" in ink) {
      ink.letterSpacing = this.#spacing.get(font); // also keeps fonts from joining letters
      ink.fillText(text, left, base);
    } else {
      for (let i = 0; i < text.length; i++) if (text[i] !== " ") ink.fillText(text[i], left + i * cell.w, base);
    }
  }

  /** One cell's letter, never wider than its cell. */
  #letter(text, x, base, room) {
    const { ink } = this;
    if ("letterSpacing" in ink) ink.letterSpacing = "0px";
    ink.textAlign = "center";
    ink.fillText(text, x + room / 2, base, room);
  }

  #decorate(paint, left, top, wide) {
    if (!paint.underline && !paint.unseen && !(paint.flags & (STRIKE | OVERLINE | BLINK))) return;
    const { ink, cell } = this, width = wide * cell.w, thick = Math.max(1, Math.floor(cell.h / 16));
    ink.fillStyle = paint.ink;
    if (paint.flags & STRIKE) ink.fillRect(left, top + Math.round(cell.h * 0.52) - (thick >> 1), width, thick);
    if (paint.flags & OVERLINE) ink.fillRect(left, top, width, thick);
    if (paint.flags & BLINK)
      for (let x = 0; x < width; x += 2 * thick) ink.fillRect(left + x, top, thick, thick);
    if (paint.unseen) this.#hatch(paint, left, top, width);
    if (paint.underline) this.#underline(paint, left, top, width, thick);
  }

  #underline(paint, left, top, width, thick) {
    const { ink, cell } = this, y = top + cell.h - Math.max(2, Math.floor(cell.h / 10)) - thick + 1;
    ink.fillStyle = ink.strokeStyle = paint.line;
    if (paint.underline === 2) {
      ink.fillRect(left, top + cell.h - thick, width, thick);
      ink.fillRect(left, top + cell.h - 3 * thick, width, thick);
    } else if (paint.underline === 3) {
      ink.lineWidth = thick;
      ink.beginPath();
      for (let x = 0; x <= width; x++)
        ink.lineTo(left + x, top + cell.h - 2 * thick + Math.sin((4 * Math.PI * x) / cell.w) * thick);
      ink.stroke();
    } else if (paint.underline === 4) {
      for (let x = 0; x < width; x += 2 * thick) ink.fillRect(left + x, y, thick, thick);
    } else if (paint.underline === 5) {
      for (let x = 0; x < width; x += cell.w / 2) ink.fillRect(left + x, y, Math.max(1, cell.w / 3), thick);
    } else ink.fillRect(left, y, width, thick);
  }

  /** Fine diagonals: a terminal would not have shown this text. */
  #hatch(paint, left, top, width) {
    const { ink, cell } = this, step = Math.max(4, Math.floor(cell.h / 4));
    ink.save();
    ink.beginPath();
    ink.rect(left, top, width, cell.h);
    ink.clip();
    ink.globalAlpha = 0.45;
    ink.strokeStyle = paint.ink;
    ink.lineWidth = 1;
    ink.beginPath();
    for (let x = -cell.h; x < width; x += step) {
      ink.moveTo(left + x, top + cell.h);
      ink.lineTo(left + x + cell.h, top);
    }
    ink.stroke();
    ink.restore();
  }

  /** A block in the cursor's colour, the letter in the ground's. */
  #cursor(id) {
    const { ink, cell, colours, cursor } = this, { text, cells, runs } = this.film.row(id);
    let column = cursor.x, shown = cells === null ? (text[column] ?? "") : (cells[column] ?? "");
    if (cells !== null && shown === "" && column > 0 && column < cells.length) shown = cells[--column];
    const wide = cells !== null && cells[column + 1] === "" ? 2 : 1;
    let style = 0, ground = colours.background;
    for (let k = 0, at = 0; k < runs.length; at += runs[k], k += 2) {
      if (column >= at && column < at + runs[k]) ground = colours.paint((style = runs[k + 1])).groundColour;
    }
    let block = colours.cursor, letter = colours.background;
    if (contrast(block, ground) < 3) [block, letter] = [letter, block];
    const left = column * cell.w, top = cursor.y * cell.h;
    ink.fillStyle = css(block);
    ink.fillRect(left, top, wide * cell.w, cell.h);
    if (!shown.trim()) return;
    const paint = { font: runs.length ? colours.paint(style).font : "", ink: css(letter), asSent: css(letter) };
    this.#text("", wide === 2 ? [shown, ""] : [shown], paint, left, top);
  }
}

// ------------------------------------------------------------------------------------------------------ time

/** Time that runs at a speed, stops at the end, and skips what does not change. */
class Clock {
  constructor(film, changed) {
    this.film = film;
    this.changed = changed; // told of each new time, and what was skipped on the way (s)
    this.time = film.start;
    this.speed = 1;
    this.skips = true;
    this.playing = false;
  }

  #before = 0;
  #waiting = 0;

  play() {
    if (this.playing) return;
    if (this.time >= this.film.end) this.time = this.film.start;
    this.playing = true;
    this.#before = performance.now();
    this.#waiting = requestAnimationFrame((now) => this.#tick(now));
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.#waiting);
  }

  #tick(now) {
    const passed = clamp((now - this.#before) / 1000, 0, 0.25);
    this.#before = now;
    const skipped = this.#advance(passed * this.speed);
    this.changed(skipped);
    if (this.playing) this.#waiting = requestAnimationFrame((later) => this.#tick(later));
  }

  #advance(seconds) {
    const { film } = this,
      index = film.at(this.time),
      next = index + 1 < film.count ? film.times[index + 1] : film.end;
    this.time += seconds;
    const until = Math.min(next, film.end);
    if (this.skips && this.time > film.times[index] + IDLE && until > this.time) {
      const skipped = until - this.time;
      this.time = until;
      if (skipped > 0.5) return this.#ended(skipped);
    }
    return this.#ended(0);
  }

  #ended(skipped) {
    if (this.time >= this.film.end) {
      this.time = this.film.end;
      this.pause();
    }
    return skipped;
  }
}

/** The bar: density of output, commands, marks, hits, selection, and where the time is. */
class TimeBar {
  constructor(player) {
    this.player = player;
    this.film = player.film;
    this.canvas = h("canvas", { class: "sl-strip", "aria-hidden": "true" });
    this.head = h("div", { class: "sl-head" });
    this.chosen = h("div", { class: "sl-chosen", hidden: true });
    this.tip = h("div", { class: "sl-tip", hidden: true, "aria-hidden": "true" });
    this.element = h(
      "div",
      {
        class: "sl-bar", role: "slider", tabindex: "0", "aria-label": "time in the session",
        "aria-valuemin": this.film.start, "aria-valuemax": this.film.end,
        onpointerdown: (event) => this.#press(event), onpointermove: (event) => this.#hover(event),
        onpointerleave: () => (this.tip.hidden = true),
      },
      h("div", { class: "sl-track" }, this.canvas, this.chosen, this.head, this.tip),
    );
    this.hits = [];
    this.#bytes = this.#density();
  }

  #bytes;

  /** Bytes of output in each of some 600 parts, as shares of the largest, by their logarithm. */
  #density() {
    const { film } = this, parts = new Float64Array(600);
    for (let i = 0; i < film.count; i++) {
      const part = clamp(Math.floor(this.share(film.times[i]) * parts.length), 0, parts.length - 1);
      parts[part] += Math.log2(2 + film.offsets[i] - (i ? film.offsets[i - 1] : 0));
    }
    const most = Math.max(...parts, 1);
    return parts.map((part) => Math.sqrt(part / most));
  }

  /** Where a time lies, 0 to 1. */
  share(seconds) {
    const { start, end } = this.film;
    return end > start ? clamp((seconds - start) / (end - start), 0, 1) : 0;
  }

  #time(event) {
    const box = this.canvas.getBoundingClientRect();
    return (
      this.film.start +
      clamp((event.clientX - box.left) / box.width, 0, 1) * (this.film.end - this.film.start)
    );
  }

  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    const from = this.#time(event), choosing = event.shiftKey;
    this.element.setPointerCapture(event.pointerId);
    const move = (later) => {
      const time = this.#time(later);
      if (choosing) this.player.selection = [Math.min(from, time), Math.max(from, time)];
      this.player.seek(time);
    };
    const up = () => {
      this.element.removeEventListener("pointermove", move);
      this.element.removeEventListener("pointerup", up);
      this.element.removeEventListener("pointercancel", up);
    };
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("pointerup", up);
    this.element.addEventListener("pointercancel", up);
    if (!choosing) this.player.seek(from);
  }

  #hover(event) {
    const time = this.#time(event),
      box = this.canvas.getBoundingClientRect();
    const at = this.film.commandAt(time),
      command = at < 0 ? null : this.film.commands[at];
    const near = this.player
      .marks()
      .find((mark) => Math.abs(this.share(mark.time) - this.share(time)) * box.width < 4);
    this.tip.textContent = [
      clock(time, 1),
      near && visible(near.label),
      command && visible(command.text.slice(0, 120)),
    ]
      .filter(Boolean)
      .join("\n");
    this.tip.hidden = false;
    const left = clamp(event.clientX - box.left, 0, box.width);
    const wide = this.tip.offsetWidth;
    this.tip.style.left = `${clamp(left - wide / 2, 0, Math.max(box.width - wide, 0))}px`;
  }

  /** Paint all that does not move. */
  draw() {
    const { canvas, film, player } = this,
      { width, height } = canvas.getBoundingClientRect(),
      dots = devicePixelRatio || 1;
    if (!width) return;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    const ink = canvas.getContext("2d"),
      theme = player.colours.theme,
      x = (seconds) => this.share(seconds) * width;
    ink.scale(dots, dots);
    ink.clearRect(0, 0, width, height);
    const top = 15, bottom = height - 7, parts = this.#bytes;
    ink.fillStyle = css(blend(theme.band, theme.band_quiet, 0.55));
    for (let i = 0; i < parts.length; i++) {
      const high = parts[i] * (bottom - top),
        left = (i * width) / parts.length;
      if (high)
        ink.fillRect(left, bottom - Math.max(high, 1), Math.max(width / parts.length, 1), Math.max(high, 1));
    }
    ink.fillStyle = css(theme.band_track);
    ink.fillRect(0, bottom, width, 1);
    for (const command of film.commands) {
      ink.fillStyle = css(command.exit ? theme.named[1] : theme.accent);
      ink.fillRect(Math.min(x(command.start), width - 2), bottom + 2, 2, 5);
    }
    ink.fillStyle = css(theme.caution);
    for (const hit of this.hits) ink.fillRect(Math.min(x(hit.time), width - 2), top, 2, bottom - top);
    for (const mark of player.marks()) drawMark(ink, mark, clamp(x(mark.time), 6, width - 6), theme);
    this.#choose();
  }

  #choose() {
    const chosen = this.player.selection;
    this.chosen.hidden = !chosen;
    if (!chosen) return;
    this.chosen.style.left = `${this.share(chosen[0]) * 100}%`;
    this.chosen.style.width = `${(this.share(chosen[1]) - this.share(chosen[0])) * 100}%`;
  }

  /** Move to the time of the moment. */
  move(time) {
    this.head.style.left = `${this.share(time) * 100}%`;
    this.element.setAttribute("aria-valuenow", time.toFixed(2));
    const at = this.film.commandAt(time);
    this.element.setAttribute(
      "aria-valuetext",
      `${clock(time)} of ${clock(this.film.end)}${at < 0 ? "" : `, ${this.film.since(at, time)}`}`,
    );
  }
}

/** A mark as shape and colour: ▲ high, ◆ medium, ● low, a flag for a bookmark. */
function drawMark(ink, mark, x, theme) {
  const colours = { high: theme.named[1], medium: theme.named[3], low: theme.named[4] };
  ink.fillStyle = css(mark.bookmark ? theme.named[2] : colours[mark.severity] ?? theme.band_quiet);
  ink.beginPath();
  if (mark.bookmark) ink.rect(x - 1, 2, 2, 12), ink.rect(x + 1, 2, 6, 5);
  else if (mark.severity === "high") ink.moveTo(x, 2), ink.lineTo(x + 5, 11), ink.lineTo(x - 5, 11);
  else if (mark.severity === "low") ink.arc(x, 7, 4, 0, 7);
  else ink.moveTo(x, 2), ink.lineTo(x + 5, 7), ink.lineTo(x, 12), ink.lineTo(x - 5, 7);
  ink.fill();
}

// ----------------------------------------------------------------------------------------------------- panel

/** A severity as shape, word and colour. */
function pill(severity) {
  const known = Object.hasOwn(SHAPES, severity) ? severity : "medium";
  return h("span", { class: `sl-pill sl-${known}` }, `${SHAPES[known]} ${visible(severity).toUpperCase()}`);
}

/** A text with what was searched for marked in it, cut around the first hit. */
function marked(text, query) {
  const at = text.toLowerCase().indexOf(query.toLowerCase()), from = at > 40 ? at - 30 : 0;
  const out = h("span", { class: "sl-text" });
  out.append(
    from ? "…" : "",
    visible(text.slice(from, at)),
    h("mark", {}, visible(text.slice(at, at + query.length))),
  );
  out.append(visible(text.slice(at + query.length, at + query.length + 160)));
  return out;
}

/** Commands, marks, search and facts beside the screen. */
class Panel {
  constructor(player) {
    this.player = player;
    this.film = player.film;
    this.tabs = {};
    this.pages = {};
    this.list = h("div", {
      class: "sl-tabs",
      role: "tablist",
      "aria-label": "about the session",
      onkeydown: (event) => this.#turn(event),
    });
    this.element = h("aside", { class: "sl-panel" }, this.list);
    this.#commands();
    this.#marks();
    this.#search();
    this.#facts();
    this.open("commands");
  }

  #page(name, title, ...children) {
    const id = `sl-${name}-${this.player.number}`;
    this.tabs[name] = h(
      "button",
      { role: "tab", id: `${id}-tab`, "aria-controls": id, type: "button", onclick: () => this.open(name) },
      title,
    );
    this.pages[name] = h(
      "div",
      { class: "sl-page", role: "tabpanel", id, "aria-labelledby": `${id}-tab`, tabindex: "-1" },
      ...children,
    );
    this.list.append(this.tabs[name]);
    this.element.append(this.pages[name]);
  }

  open(name) {
    for (const [each, tab] of Object.entries(this.tabs)) {
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
      this.pages[each].hidden = each !== name;
    }
    this.shown = name;
  }

  #turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], names = Object.keys(this.tabs);
    if (!step) return;
    event.stopPropagation();
    event.preventDefault();
    this.open(names[(names.indexOf(this.shown) + step + names.length) % names.length]);
    this.tabs[this.shown].focus();
  }

  /** A line of a list that seeks when it is chosen. */
  #item(time, name, ...children) {
    const seek = () => this.player.seek(time);
    return h(
      "button",
      { class: `sl-item ${name}`, type: "button", onclick: seek },
      h("time", {}, clock(time)),
      ...children,
    );
  }

  #commands() {
    const severities = new Map();
    for (const finding of this.film.told.findings) {
      const known = severities.get(finding.n);
      if (!known || Object.keys(SHAPES).indexOf(finding.severity) < Object.keys(SHAPES).indexOf(known))
        severities.set(finding.n, finding.severity);
    }
    this.items = this.film.commands.map((command) => {
      const facts = h("span", { class: "sl-facts" }, `${command.n}`);
      if (severities.has(command.n)) facts.append(pill(severities.get(command.n)));
      if (command.exit !== null)
        facts.append(h("span", { class: command.exit ? "sl-failed" : "sl-fine" }, `exit ${command.exit}`));
      if (command.confidence !== "high")
        facts.append(h("span", { class: "sl-unsure" }, `≈ ${visible(command.confidence)} confidence`));
      if (command.end !== null && command.end - command.start >= 1)
        facts.append(h("span", {}, length(command.end - command.start)));
      return this.#item(command.start, "sl-command", h("code", {}, visible(command.text) || " "), facts);
    });
    const none = this.items.length ? null : h("p", { class: "sl-none" }, "No command was found.");
    this.#page("commands", `Commands ${this.items.length}`, none, ...this.items);
    this.current = -1;
  }

  /** Show which command a time belongs to. */
  follow(index) {
    if (index === this.current) return;
    this.items[this.current]?.removeAttribute("aria-current");
    this.current = index;
    const item = this.items[index];
    if (!item) return;
    item.setAttribute("aria-current", "true");
    this.#bring(item, 3);
  }

  /** Into sight, in the next frame, when layout is known; again, since rows get their height once they are near. */
  #bring(item, times) {
    cancelAnimationFrame(this.#scrolling);
    this.#scrolling = requestAnimationFrame(() => {
      const page = this.pages.commands, box = page.getBoundingClientRect(), own = item.getBoundingClientRect();
      if (own.top >= box.top && own.bottom <= box.bottom) return;
      page.scrollTop += own.top - box.top - box.height / 3;
      if (times > 1) this.#bring(item, times - 1);
    });
  }

  #scrolling = 0;

  #marks() {
    this.marks = h("div", { class: "sl-marks" });
    const add = h(
      "button",
      { type: "button", class: "sl-wide", onclick: () => this.ask() },
      "Add bookmark (b)",
    );
    const copy = h(
      "button",
      { type: "button", class: "sl-wide", onclick: () => this.#copyBookmarks() },
      "Copy as CSV",
    );
    // no <form>: the frame of a saved notebook may not submit any
    this.form = h("div", { class: "sl-form", role: "group", "aria-label": "bookmark", hidden: true });
    this.#page("marks", "Marks", h("div", { class: "sl-row" }, add, copy), this.form, this.marks);
    this.drawMarks();
  }

  drawMarks() {
    const { player } = this,
      all = player.marks();
    this.marks.replaceChildren(
      ...all.map((mark) => {
        const item = this.#item(
          mark.time,
          "",
          h(
            "span",
            { class: "sl-said" },
            mark.bookmark ? h("span", { class: "sl-pill sl-book" }, "⚑ BOOKMARK") : pill(mark.severity),
            h("b", {}, visible(mark.name)),
          ),
          h("span", { class: "sl-text" }, visible(mark.text)),
        );
        if (!mark.bookmark) return item;
        const gone = () => (player.bookmarks = player.bookmarks.filter((each) => each !== mark.bookmark));
        const remove = h(
          "button",
          {
            type: "button",
            class: "sl-remove",
            "aria-label": `remove the bookmark at ${clock(mark.time)}`,
            onclick: gone,
          },
          "✕",
        );
        return h("div", { class: "sl-own" }, item, remove);
      }),
    );
    if (!all.length) this.marks.append(h("p", { class: "sl-none" }, "No marks, and no bookmarks yet."));
    this.tabs.marks.textContent = `Marks ${all.length}`;
  }

  /** Ask for the words of a bookmark at the time of the moment, or of the selection. */
  ask() {
    const { player } = this,
      chosen = player.selection,
      time = chosen ? chosen[0] : player.time,
      end = chosen ? chosen[1] : null,
      now = player.time;
    player.pause();
    this.open("marks");
    const moment = h("input", { type: "checkbox", name: "moment" });
    const tag = h("input", { type: "text", name: "tag", maxlength: "80", autocomplete: "off" });
    const note = h("textarea", { name: "note", rows: "3", maxlength: "2000" });
    const save = () => {
      const [from, to] = end === null || moment.checked ? [now, null] : [time, end];
      const words = { tag: tag.value.trim(), note: note.value.trim(), author: player.author };
      player.bookmarks = [...player.bookmarks, { time: from, end: to, ...words }];
      close();
    };
    const close = () => {
      this.form.hidden = true;
      this.form.replaceChildren();
      player.focus();
    };
    this.form.replaceChildren(
      h("p", {}, `Bookmark at ${clock(time, 1)}${end === null ? "" : ` to ${clock(end, 1)}`}`),
      chosen ? h("label", { class: "sl-check" }, moment, `this moment instead, ${clock(now, 1)}`) : "",
      h("label", {}, "Tag", tag),
      h("label", {}, "Note", note),
      h(
        "div",
        { class: "sl-row" },
        h("button", { type: "button", class: "sl-first", title: "save (Ctrl+Enter)", onclick: save }, "Save"),
        h("button", { type: "button", onclick: close }, "Cancel"),
      ),
    );
    this.form.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Escape") close();
      if (event.key !== "Enter" || event.isComposing) return;
      if (!event.ctrlKey && !event.metaKey && event.target !== tag) return;
      event.preventDefault();
      save();
    };
    this.form.hidden = false;
    tag.focus();
  }

  #copyBookmarks() {
    const cell = (value) =>
      `"${String(value ?? "")
        .replace(/^(?=[=+\-@\t\r])/, "'")
        .replaceAll('"', '""')}"`;
    const rows = this.player.bookmarks.map((b) =>
      [this.film.told.session, b.time, b.end, b.tag, b.note, b.author].map(cell).join(","),
    );
    copyText(["session,time,end,tag,note,author", ...rows].join("\r\n") + "\r\n");
    this.player.say(`${rows.length} bookmark${rows.length === 1 ? "" : "s"} copied`);
  }

  #search() {
    this.query = h("input", {
      type: "search",
      "aria-label": "search screens and commands",
      placeholder: "Search all that was shown",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.hits = h("div", { class: "sl-hits" });
    this.counted = h(
      "p",
      { class: "sl-none", role: "status" },
      "Lines that were ever on the screen, and commands.",
    );
    const go = (step) => this.player.hit(step);
    this.query.addEventListener("input", () => this.find(this.query.value));
    this.query.addEventListener("keydown", (event) => {
      if (!/^(Enter|Escape)$/.test(event.key) || event.isComposing) return;
      event.preventDefault(); // Esc would empty the field
      if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
      if (event.key === "Escape" || this.found.length) this.player.focus(); // n and N step from there
    });
    const button = (name, picture, step) =>
      h(
        "button",
        { type: "button", class: "sl-icon", "aria-label": name, title: name, onclick: () => go(step) },
        icon(picture),
      );
    const row = h(
      "div",
      { class: "sl-row" },
      this.query,
      button("hit before (N)", ICONS.up, -1),
      button("next hit (n)", ICONS.down, 1),
    );
    this.#page("search", "Search", row, this.counted, this.hits);
    this.found = [];
  }

  find(query) {
    this.index ??= new Index(this.film);
    this.found = query.trim() ? this.index.find(query) : [];
    this.at = -1;
    this.rows = this.found.slice(0, MOST_HITS).map((hit, at) => {
      const item = this.#item(
        hit.time,
        "",
        h("span", { class: "sl-where" }, hit.where),
        marked(hit.text, query),
      );
      item.addEventListener("click", () => this.choose(at));
      return item;
    });
    this.hits.replaceChildren(...this.rows);
    const count = this.found.length,
      more = count > MOST_HITS ? `, the first ${MOST_HITS} listed` : "";
    this.counted.textContent = query.trim()
      ? `${count} hit${count === 1 ? "" : "s"}${more}; ${this.index.coverage}.`
      : `${this.index.coverage}.`;
    this.player.bar.hits = this.found;
    this.player.bar.draw();
  }

  /** Make a hit the current one; its time, or null where there is none. */
  choose(at) {
    this.rows?.[this.at]?.removeAttribute("aria-current");
    this.at = at;
    this.rows?.[at]?.setAttribute("aria-current", "true");
    this.rows?.[at]?.scrollIntoView({ block: "nearest" });
    return this.found[at]?.time ?? null;
  }

  #facts() {
    const { told } = this.film,
      list = h("dl", {});
    for (const [label, text] of told.facts)
      list.append(h("dt", {}, visible(label)), h("dd", {}, visible(text)));
    const masked = told.masked === null ? "not masked" : told.masked || "nothing had to be masked";
    list.append(h("dt", {}, "masked"), h("dd", {}, visible(masked)));
    this.#page("facts", "Facts", list);
  }
}

// ---------------------------------------------------------------------------------------------------- player

// every widget of a notebook has this module of its own: one set for all, so that one link moves one player
const mounted = (globalThis[Symbol.for("sessionlens.players")] ??= new Set());
let numbers = 0;

/** One player in one element. What `mount` hands out is its `handle`. */
class Player {
  constructor(root, film, options) {
    Object.assign(this, {
      root,
      film,
      number: ++numbers,
      author: options.author ?? "",
      listeners: new Listeners(),
    });
    this.clock = new Clock(film, (skipped) => this.#ticked(skipped));
    this.calm = options.reducedMotion ?? matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.zoom = "fit";
    this.used = 0; // when, ms
    this.index = -1;
    this.#selection = null;
    this.#bookmarks = [];
    this.#build();
    this.theme = options.theme ?? film.told.theme;
    this.bookmarks = options.bookmarks ?? [];
    this.#watch(options.page === true);
    this.seek(options.time ?? film.start);
  }

  #selection;
  #bookmarks;
  #quiet; // what waits to be said to screen readers

  // what others see

  get time() {
    return this.clock.time;
  }

  get playing() {
    return this.clock.playing;
  }

  get speed() {
    return this.clock.speed;
  }

  set speed(speed) {
    this.clock.speed = clamp(Number(speed) || 1, SPEEDS[0], SPEEDS[SPEEDS.length - 1]);
    if (!SPEEDS.includes(this.clock.speed))
      this.clock.speed = SPEEDS.findLast((each) => each <= this.clock.speed);
    this.speeds.value = String(this.clock.speed);
    this.listeners.tell("speed", this.clock.speed);
  }

  get theme() {
    return this.colours.theme.name;
  }

  set theme(name) {
    const themes = this.film.told.themes, theme = Object.hasOwn(themes, name) ? themes[name] : themes.dark;
    this.colours = new Colours(this.film, theme);
    this.painter.colours = this.colours;
    this.painter.forget();
    for (const key of [
      "surround",
      "edge",
      "band",
      "band_text",
      "band_quiet",
      "band_track",
      "accent",
      "caution",
      "on_pill",
      "running",
      "good",
      "bad",
      "unknown",
      "stamp",
      "background",
      "foreground",
    ]) {
      this.root.style.setProperty(`--sl-${key.replace("_", "-")}`, css(theme[key]));
    }
    this.root.style.setProperty("--sl-failed", css(theme.named[1]));
    this.root.style.setProperty("color-scheme", theme.name === "light" ? "light" : "dark");
    this.themes.value = theme.name;
    this.#show(true);
    this.bar.draw();
    this.listeners.tell("theme", theme.name);
  }

  get selection() {
    return this.#selection;
  }

  set selection(range) {
    const { start, end } = this.film;
    const found = range ? range.map((each) => clamp(Number(each), start, end)).sort((a, b) => a - b) : null;
    if (JSON.stringify(found) === JSON.stringify(this.#selection)) return;
    this.#selection = found;
    this.bar.draw();
    this.range.hidden = !found;
    if (found) {
      const [from, to] = found.map((each) => clock(each, 1));
      this.range.textContent = `selected ${from} – ${to} (${length(found[1] - found[0])})`;
    }
    this.listeners.tell("selection", found);
  }

  get bookmarks() {
    return this.#bookmarks;
  }

  set bookmarks(list) {
    const plain = (list ?? []).map(({ time, end, tag, note, author }) => ({
      time: Number(time),
      end: end == null ? null : Number(end),
      tag: String(tag ?? ""),
      note: String(note ?? ""),
      author: String(author ?? ""),
    }));
    if (JSON.stringify(plain) === JSON.stringify(this.#bookmarks)) return;
    this.#bookmarks = plain.sort((a, b) => a.time - b.time);
    this.panel.drawMarks();
    this.bar.draw();
    this.listeners.tell("bookmarks", this.#bookmarks);
  }

  play() {
    this.clock.play();
    this.#state();
  }

  pause() {
    if (!this.clock.playing) return;
    this.clock.pause();
    this.#state();
    this.#read();
  }

  seek(seconds) {
    this.clock.time = clamp(Number(seconds) || 0, this.film.start, this.film.end);
    this.#show();
    if (!this.playing) this.#read();
    this.listeners.tell("time", this.time);
  }

  /** Findings, flags and bookmarks in order of time. */
  marks() {
    const { findings, flags } = this.film.told;
    return [
      ...findings.map((f) => ({
        time: f.start,
        severity: f.severity,
        name: f.mark,
        text: f.why,
        label: `${f.severity}: ${f.mark}`,
      })),
      ...flags.map((f) => ({
        time: f.start,
        severity: f.severity,
        name: f.kind,
        text: [f.text, f.why].filter(Boolean).join(" · "),
        label: `${f.severity}: ${f.kind}`,
      })),
      ...this.#bookmarks.map((b) => ({
        time: b.time,
        severity: "note",
        name: b.tag,
        text: [b.note, b.author && `by ${b.author}`].filter(Boolean).join(" · "),
        label: `bookmark ${b.tag}`,
        bookmark: b,
      })),
    ].sort((a, b) => a.time - b.time);
  }

  /** Seek to the next hit of the search, or the one before. */
  hit(step) {
    const { panel } = this, { found } = panel;
    if (!found.length) return;
    let at = panel.at + step;
    if (panel.at < 0) {
      at = found.findIndex((hit) => hit.time >= this.time);
      if (step < 0) at = (at < 0 ? found.length : at) - 1;
    }
    this.seek(panel.choose((Math.max(at, -1 * (step < 0)) + found.length) % found.length));
  }

  step(frames) {
    this.pause();
    this.seek(this.film.times[clamp(this.film.at(this.time) + frames, 0, this.film.count - 1)]);
  }

  command(step) {
    const at = this.film.commandAt(this.time), { commands } = this.film;
    // back goes to the start of this command first, as players of music do
    const within = step < 0 && at >= 0 && this.time - commands[at].start > 0.5 ? 0 : step;
    const found = commands[clamp(at + within, 0, commands.length - 1)];
    if (found) this.seek(found.start);
  }

  focus() {
    this.stage.focus({ preventScroll: true });
  }

  /** Say something for a moment. */
  say(text) {
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => (this.toast.hidden = true), 2500);
  }

  destroy() {
    this.pause();
    clearTimeout(this.#reading);
    clearTimeout(this.#quiet);
    mounted.delete(this);
    this.#gone.abort();
    this.#sizes.disconnect();
    this.root.replaceChildren();
    this.root.removeAttribute("data-state");
  }

  #gone = new AbortController();
  #sizes;

  // what it consists of

  #build() {
    const { told } = this.film;
    this.canvas = h("canvas", { class: "sl-screen", "aria-hidden": "true" });
    this.picked = h("div", { class: "sl-picked", "aria-hidden": "true" });
    this.text = h("pre", {
      class: "sl-hidden sl-screen-text",
      tabindex: "-1",
      "aria-label": "text of the screen",
      "aria-live": "polite",
    });
    this.toast = h("div", { class: "sl-toast", role: "status", hidden: true });
    this.help = this.#help();
    this.board = h("div", { class: "sl-board" }, this.canvas, this.picked);
    this.stage = h(
      "div",
      { class: "sl-stage", tabindex: "0", role: "group", "aria-label": "recorded screen; ? shows the keys" },
      this.board,
      this.text,
      this.toast,
      this.help,
    );
    this.bar = new TimeBar(this);
    this.painter = new Painter(this.film, this.canvas, null);
    this.now = h("div", { class: "sl-now" });
    this.range = h("div", { class: "sl-range", hidden: true });
    const main = h(
      "div",
      { class: "sl-main" },
      this.stage,
      this.now,
      this.range,
      this.bar.element,
      this.#controls(),
    );
    this.colours = new Colours(this.film, told.themes.dark);
    this.panel = new Panel(this);
    this.root.replaceChildren(this.#head(), h("div", { class: "sl-body" }, main, this.panel.element));
    if (this.calm) this.root.classList.add("sl-calm");
  }

  #head() {
    const { told } = this.film;
    const chip = (text, kind) => h("span", { class: `sl-chip ${kind}` }, visible(text));
    this.windowTitle = h("span", { class: "sl-title" });
    this.sizeText = h("span", { class: "sl-size" });
    const head = h(
      "header",
      { class: "sl-top" },
      h("b", {}, visible(told.title)),
      told.session && chip(told.session, "sl-id"),
      this.windowTitle,
      this.sizeText,
    );
    if (told.flaw) head.append(chip(told.flaw, "sl-flaw"));
    head.append(
      chip(
        told.masked === null ? "not masked" : told.masked || "nothing had to be masked",
        told.masked ? "sl-masked" : "sl-quiet",
      ),
    );
    return head;
  }

  #controls() {
    const button = (name, picture, call, more = {}) =>
      h(
        "button",
        { type: "button", class: "sl-icon", "aria-label": name, title: name, onclick: call, ...more },
        icon(picture),
      );
    const choice = (name, values, call) => {
      const field = h(
        "select",
        { "aria-label": name, title: name, onchange: () => call(field.value) },
        ...values.map(([value, text]) => h("option", { value }, text)),
      );
      return field;
    };
    this.toggle = button("play (Space)", ICONS.play, () => (this.playing ? this.pause() : this.play()), {
      class: "sl-icon sl-play",
    });
    this.elapsed = h("span", { class: "sl-clock" });
    this.utc = h("span", { class: "sl-utc" });
    this.skip = button("skip time without change (i)", ICONS.skip, () => this.#skip(), {
      "aria-pressed": "true",
    });
    this.speeds = choice(
      "speed (< >)",
      SPEEDS.map((each) => [String(each), `${each}×`]),
      (value) => (this.speed = value),
    );
    this.speeds.value = "1";
    this.zooms = choice(
      "zoom (z)",
      ZOOMS.map((each) => [each, each]),
      (value) => this.#zoom(value),
    );
    this.themes = choice(
      "theme",
      Object.keys(this.film.told.themes).map((each) => [each, each]),
      (value) => (this.theme = value),
    );
    return h(
      "div",
      { class: "sl-controls", role: "toolbar", "aria-label": "player" },
      h(
        "div",
        { class: "sl-group" },
        button("command before (↑)", ICONS.commandBack, () => this.command(-1)),
        button("frame back (,)", ICONS.frameBack, () => this.step(-1)),
        this.toggle,
        button("frame ahead (.)", ICONS.frameAhead, () => this.step(1)),
        button("next command (↓)", ICONS.commandAhead, () => this.command(1)),
      ),
      h("div", { class: "sl-times" }, this.elapsed, this.utc),
      h(
        "div",
        { class: "sl-group" },
        this.speeds,
        this.skip,
        this.zooms,
        this.themes,
        button("copy the screen's text (c)", ICONS.copy, () => this.#copy()),
        button("bookmark (b)", ICONS.mark, () => this.panel.ask()),
        button("full screen (f)", ICONS.full, () => this.#full()),
        h(
          "button",
          {
            type: "button",
            class: "sl-icon",
            "aria-label": "keys (?)",
            title: "keys (?)",
            onclick: () => this.#toggleHelp(),
          },
          "?",
        ),
      ),
    );
  }

  #help() {
    const list = h("dl", {});
    for (const [keys, what] of KEYS)
      list.append(
        h(
          "dt",
          {},
          ...keys.split(" ").map((key) => (/^(or|with)$/.test(key) ? ` ${key} ` : h("kbd", {}, key))),
        ),
        h("dd", {}, what),
      );
    return h(
      "div",
      { class: "sl-help", role: "dialog", "aria-label": "keys", hidden: true, tabindex: "-1" },
      h("h2", {}, "Keys"),
      list,
      h("p", {}, "Shift and drag on the bar selects a time. Drag on the screen selects text."),
    );
  }

  // what happens

  #watch(page) {
    const { signal } = this.#gone;
    this.#sizes = new ResizeObserver(() => {
      this.#fit(this.index);
      this.#show(true);
      this.bar.draw();
    });
    this.#sizes.observe(this.stage);
    this.#sizes.observe(this.bar.element);
    // on a page of its own keys work wherever the focus is; beside other things only inside
    (page ? document : this.root).addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener(
      "fullscreenchange",
      () => this.root.classList.toggle("sl-full", document.fullscreenElement === this.root),
      { signal },
    );
    this.board.addEventListener("pointerdown", (event) => this.#pick(event), { signal });
    for (const name of ["pointerdown", "focusin"])
      this.root.addEventListener(name, () => (this.used = performance.now()), { signal });
    mounted.add(this);
  }

  #key(event) {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "c" && this.#pickedText && !typing) this.#copy();
      return;
    }
    if (typing || event.defaultPrevented) return;
    const button = event.target.closest?.("button");
    if (button && (event.key === " " || event.key === "Enter")) return;
    const action = this.#actions[event.key];
    if (!action || (event.shiftKey && /^[a-z]$/.test(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  }

  #actions = {
    " ": () => (this.playing ? this.pause() : this.play()),
    ArrowLeft: (event) => this.seek(this.time - (event.shiftKey ? 1 : 5)),
    ArrowRight: (event) => this.seek(this.time + (event.shiftKey ? 1 : 5)),
    ArrowUp: () => this.command(-1),
    ArrowDown: () => this.command(1),
    Home: () => this.seek(this.film.start),
    End: () => this.seek(this.film.end),
    PageUp: () => this.seek(this.time - (this.film.end - this.film.start) / 10),
    PageDown: () => this.seek(this.time + (this.film.end - this.film.start) / 10),
    ",": () => this.step(-1),
    ".": () => this.step(1),
    "<": () => this.#faster(-1),
    ">": () => this.#faster(1),
    "/": () => (this.panel.open("search"), this.panel.query.focus(), this.panel.query.select()),
    n: () => this.hit(1),
    N: () => this.hit(-1),
    "[": () => (this.selection = [this.time, Math.max(this.selection?.[1] ?? this.film.end, this.time)]),
    "]": () => (this.selection = [Math.min(this.selection?.[0] ?? this.film.start, this.time), this.time]),
    b: () => this.panel.ask(),
    m: () => this.panel.ask(),
    i: () => this.#skip(),
    c: () => this.#copy(),
    z: () => this.#zoom(ZOOMS[(ZOOMS.indexOf(this.zoom) + 1) % ZOOMS.length]),
    f: () => this.#full(),
    "?": () => this.#toggleHelp(),
    Escape: () => {
      if (!this.help.hidden) this.#toggleHelp();
      else if (this.#pickedText) this.#unpick();
      else this.selection = null;
    },
  };

  #faster(step) {
    this.speed = SPEEDS[clamp(SPEEDS.indexOf(this.speed) + step, 0, SPEEDS.length - 1)];
    this.say(`${this.speed}×`);
  }

  #skip() {
    this.clock.skips = !this.clock.skips;
    this.skip.setAttribute("aria-pressed", String(this.clock.skips));
    this.say(this.clock.skips ? `time without change is skipped after ${IDLE} s` : "all time is shown");
  }

  #zoom(zoom) {
    this.zoom = this.zooms.value = zoom;
    this.#fit(this.index);
    this.#show(true);
  }

  #full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => this.say("no full screen here"));
  }

  #toggleHelp() {
    this.help.hidden = !this.help.hidden;
    if (this.help.hidden) this.focus();
    else this.help.focus();
  }

  #copy() {
    const text =
      this.#pickedText || this.film.screenText(this.index).map(visible).join("\n").replace(/\n+$/, "\n");
    copyText(text);
    this.say(this.#pickedText ? "selected text copied" : "the screen's text copied");
  }

  #ticked(skipped) {
    this.#show();
    if (skipped) this.say(`skipped ${length(skipped)} without change`);
    this.listeners.tell("time", this.time);
    if (!this.playing) {
      this.#state();
      this.#read();
    }
  }

  #state() {
    const { playing } = this, name = playing ? "pause (Space)" : "play (Space)";
    this.toggle.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    this.toggle.setAttribute("aria-label", name);
    this.toggle.title = name;
    this.root.setAttribute("data-playing", String(playing));
    this.#tellTime();
    this.listeners.tell("playing", playing);
  }

  /** Bring everything to the time of the moment. */
  #show(again = false) {
    const { film, time } = this, index = film.at(time);
    if (index !== this.index || again) {
      const { columns, rows } = film.columns, old = this.index;
      this.index = index;
      if (old < 0) this.root.style.setProperty("--sl-aspect", `${Painter.aspect(columns[index], rows[index])}`);
      if (old < 0 || columns[old] !== columns[index] || rows[old] !== rows[index]) this.#fit(index);
      if (this.painter.cell) this.painter.paint(index);
      if (old !== index) this.#unpick();
      this.root.setAttribute("data-frame", String(film.told.first + index));
      this.#describe(index);
    }
    this.bar.move(time);
    this.#tellTime();
    const wall = film.wall(time);
    this.utc.textContent = wall ? [wall.utc, wall.zone].filter(Boolean).join("  ·  ") : "";
    this.#command(film.commandAt(time), time);
  }

  /** To the millisecond while it rests. */
  #tellTime() {
    this.elapsed.textContent = `${clock(this.time, this.playing ? 1 : 3)} / ${clock(this.film.end)}`;
  }

  #describe(index) {
    const { columns, rows, flags, title } = this.film.columns;
    this.windowTitle.textContent = visible(this.film.told.titles[title[index]]);
    const which = flags[index] & ALTERNATE ? " alternate screen" : "";
    this.sizeText.textContent = `${columns[index]}×${rows[index]}${which}`;
  }

  #command(at, time) {
    this.panel.follow(at);
    const command = this.film.commands[at], running = command && command.end !== null && time < command.end;
    const over = command && command.end !== null && !running; // the prompt is back: the next one is not there yet
    this.panel.items[at]?.classList.toggle("sl-over", over);
    const state = `${at} ${running}`;
    if (this.now.dataset.state === state) return;
    this.now.dataset.state = state;
    if (!command)
      return this.now.replaceChildren(
        h(
          "span",
          { class: "sl-none" },
          this.film.commands.length ? "before the first command" : "no command was found",
        ),
      );
    const how = running
      ? h("span", { class: "sl-tag sl-running" }, "RUNNING")
      : command.exit === null
        ? h("span", { class: "sl-quiet" }, "exit code not known")
        : h("span", { class: `sl-tag ${command.exit ? "sl-bad" : "sl-good"}` }, `EXIT ${command.exit}`);
    const unsure = command.confidence === "high" ? "" : `≈ ${visible(command.confidence)} confidence`;
    this.now.replaceChildren(
      h("span", { class: "sl-number" }, over ? `after ${command.n}` : `${command.n}`),
      h("code", { class: over ? "sl-quiet" : "", title: visible(command.text) }, visible(command.text)),
      h("span", { class: "sl-unsure" }, unsure),
      how,
      h(
        "button",
        {
          type: "button",
          class: "sl-ref",
          title: "copy the reference of its bytes",
          onclick: () => (copyText(command.ref), this.say("reference copied")),
        },
        visible(command.ref),
      ),
    );
  }

  /** The screen as text for screen readers; once it is at rest, or it would never stop talking. */
  #read() {
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => this.playing || this.#tellText(), REST);
  }

  #reading = 0;

  #tellText() {
    this.text.textContent = this.film.screenText(this.index).map(visible).join("\n");
    this.root.setAttribute("data-read", String(this.film.told.first + this.index));
  }

  #fit(index) {
    if (index < 0) return;
    const { columns, rows } = this.film.columns, dots = devicePixelRatio || 1;
    const factor = { "100%": 1, "150%": 1.5, "200%": 2 }[this.zoom];
    const width = (this.stage.clientWidth - 2 * MARGIN) * dots,
      height = (this.stage.clientHeight - 2 * MARGIN) * dots;
    if (width <= 0 || height <= 0) return;
    const cell = Painter.cell(columns[index], rows[index], width, height, factor && FONT_SIZE * factor * dots);
    this.painter.layOut(columns[index], rows[index], cell);
    this.canvas.style.width = `${this.canvas.width / dots}px`;
    this.canvas.style.height = `${this.canvas.height / dots}px`;
    this.#unpick();
  }

  // text that is picked with the pointer

  #pickedText = "";

  #unpick() {
    this.#pickedText = "";
    this.picked.replaceChildren();
  }

  #pick(event) {
    if (event.button !== 0 || !this.painter.cell) return;
    this.focus();
    event.preventDefault();
    this.#unpick();
    const box = this.canvas.getBoundingClientRect(),
      columns = this.painter.columns,
      count = this.film.screen(this.index).length;
    const place = ({ clientX, clientY }) =>
      clamp(Math.floor(((clientY - box.top) / box.height) * count), 0, count - 1) * columns +
      clamp(Math.round(((clientX - box.left) / box.width) * columns), 0, columns);
    const from = place(event);
    this.board.setPointerCapture(event.pointerId);
    const move = (later) => this.#pickBetween(Math.min(from, place(later)), Math.max(from, place(later)));
    const up = () => this.board.removeEventListener("pointermove", move);
    this.board.addEventListener("pointermove", move);
    this.board.addEventListener("pointerup", up, { once: true });
    this.board.addEventListener("pointercancel", up, { once: true });
  }

  #pickBetween(first, last) {
    this.#unpick();
    if (first === last) return;
    const { columns } = this.painter,
      rows = this.film.screen(this.index),
      dots = devicePixelRatio || 1,
      out = [];
    const wide = this.painter.cell.w / dots,
      high = this.painter.cell.h / dots;
    const top = Math.floor(first / columns),
      bottom = Math.min(Math.floor((last - 1) / columns), rows.length - 1);
    for (let y = top; y <= bottom; y++) {
      const a = y === top ? first - y * columns : 0,
        b = y === bottom ? last - y * columns : columns;
      const row = this.film.row(rows[y]),
        cells = row.cells ?? Array.from(row.text),
        part = cells.slice(a, b).join("");
      out.push(part.replace(/ +$/, "") + (y < bottom && !this.film.wrapped(rows[y]) ? "\n" : ""));
      const block = h("div", {});
      Object.assign(block.style, {
        left: `${a * wide}px`,
        top: `${y * high}px`,
        width: `${(b - a) * wide}px`,
        height: `${high}px`,
      });
      this.picked.append(block);
    }
    this.#pickedText = visible(out.join(""));
  }
}

/** `#sessionlens=<session>@<seconds>`, as links of reports have it; from a link, in the player nearest above it,
 *  else in the one used last. */
function seekTo(address, link = null) {
  const match = /^#sessionlens=([0-9A-Za-z._-]+)@(\d+(?:\.\d+)?)$/.exec(address ?? "");
  const all = match ? [...mounted].filter((each) => each.film.told.session === match[1]) : [];
  if (!all.length) return false;
  const follows = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  const above = all.filter((each) => link && follows(each.root, link));
  const player = above.length
    ? above.reduce((near, each) => (follows(near.root, each.root) ? each : near))
    : all.reduce((last, each) => (each.used > last.used ? each : last));
  player.seek(Number(match[2]));
  player.root.scrollIntoView({ block: "nearest", behavior: player.calm ? "auto" : "smooth" });
  return true;
}

if (typeof document !== "undefined") {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#sessionlens="]');
    if (link && !event.defaultPrevented && seekTo(link.getAttribute("href"), link)) event.preventDefault();
  });
  addEventListener("hashchange", () => seekTo(location.hash));
}

/** Put a player into an element; the handle is there once the first screen is painted. */
export async function mount(element, bytes, options = {}) {
  element.classList.add("sessionlens");
  element.setAttribute("data-state", "loading");
  const player = new Player(element, await Film.read(bytes), options);
  const handle = {
    get time() { return player.time; },
    get playing() { return player.playing; },
    get speed() { return player.speed; },
    set speed(value) { player.speed = value; },
    get theme() { return player.theme; },
    set theme(value) { player.theme = value; },
    get selection() { return player.selection; },
    set selection(value) { player.selection = value; },
    get bookmarks() { return player.bookmarks; },
    set bookmarks(value) { player.bookmarks = value; },
    get author() { return player.author; },
    set author(value) { player.author = value; },
    seek: (seconds) => player.seek(seconds),
    play: () => player.play(),
    pause: () => player.pause(),
    on: (name, call) => player.listeners.on(name, call),
    destroy: () => player.destroy(),
  };
  if (options.page) seekTo(location.hash);
  element.setAttribute("data-state", "ready");
  queueMicrotask(() => player.listeners.tell("ready", handle));
  return handle;
}

// -------------------------------------------------------------------------------------------------- notebook

const SENT = 250; // ms between two times that go to Python while it plays

/** The widget's view: a poster until the film comes, then a player whose traits go both ways. */
function render({ model, el }) {
  const host = h("div", { class: "sessionlens sl-notebook", "data-state": "waiting" });
  let handle = null, begun = false, gone = false, last = 0, stop = [];
  el.append(host);
  poster(host, model);

  const film = (message, buffers) => {
    if (message?.kind !== "film" || begun || !buffers?.length) return;
    begun = true;
    const data = buffers[0],
      bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
    const options = {
      theme: model.get("theme") || undefined,
      bookmarks: model.get("bookmarks") ?? [],
      time: model.get("time") || undefined,
      author: model.get("author") ?? "",
    };
    mount(host, bytes, options).then(connect, (error) => {
      begun = false;
      host.setAttribute("data-state", "failed");
      host.replaceChildren(
        h(
          "p",
          { class: "sl-none", role: "alert" },
          `The player could not start: ${visible(String(error?.message ?? error))}`,
        ),
      );
    });
  };

  const connect = (made) => {
    handle = made;
    if (gone) return handle.destroy();
    handle.selection = model.get("selection") ?? null;
    handle.speed = model.get("speed") || 1;
    const send = (name, value) => {
      if (same(model.get(name), value)) return;
      model.set(name, value);
      model.save_changes();
    };
    stop = [
      handle.on("time", (time) => {
        const now = performance.now();
        if (handle.playing && now - last < SENT) return;
        last = now;
        send("time", time);
      }),
      handle.on("playing", (playing) => (send("playing", playing), playing || send("time", handle.time))),
      ...["speed", "selection", "bookmarks", "theme"].map((name) =>
        handle.on(name, (value) => send(name, value)),
      ),
    ];
    if (model.get("playing")) handle.play();
  };

  const traits = {
    time: (time) => Math.abs(time - handle.time) > 1e-6 && handle.seek(time),
    playing: (playing) => playing !== handle.playing && (playing ? handle.play() : handle.pause()),
    speed: (speed) => speed !== handle.speed && (handle.speed = speed),
    theme: (theme) => theme !== handle.theme && (handle.theme = theme),
    author: (author) => (handle.author = author),
    selection: (selection) => (handle.selection = selection),
    bookmarks: (bookmarks) => (handle.bookmarks = bookmarks),
  };
  const listening = Object.entries(traits).map(([name, use]) => [
    `change:${name}`,
    () => handle && use(model.get(name)),
  ]);
  for (const [name, call] of listening) model.on(name, call);
  model.on("msg:custom", film);
  try {
    model.send({ kind: "ready" });
  } catch {
    // no kernel: the poster stays
  }
  return () => {
    gone = true;
    for (const [name, call] of listening) model.off(name, call);
    model.off("msg:custom", film);
    for (const each of stop) each();
    handle?.destroy();
    host.remove();
  };
}

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** What a notebook shows without a kernel: a picture and what it is. */
function poster(host, model) {
  const picture = model.get("poster"), caption = model.get("caption") ?? "";
  const parts = [];
  if (/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(picture ?? ""))
    parts.push(h("img", { class: "sl-poster", alt: visible(caption), src: picture }));
  parts.push(h("p", { class: "sl-caption" }, visible(caption)));
  host.replaceChildren(...parts);
}

export default { render };
