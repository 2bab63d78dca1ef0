// A terminal that is @xterm/headless, driven over stdin and stdout; see xterm.py beside this file.
//
//   node headless.cjs FOLDER        FOLDER holds @xterm/headless and its addons (a node_modules)
//
// Each request is one line of JSON; a `feed` is followed by its `size` bytes. Each gets one line of JSON back.
//   {"do": "open", "columns": 80, "rows": 24, "widths": "11" | "15-graphemes" | "6"}
//   {"do": "feed", "size": 4096}              answered when the parser is through
//   {"do": "resize", "columns": 100, "rows": 30}
//   {"do": "view"}                            cells, cursor, title; the shape is view.py's
//   {"do": "bench", "path": …, "columns": …, "rows": …, "piece": 4096, "times": 3}
"use strict";
const fs = require("fs");
const path = require("path");

const folder = process.argv[2];
const load = (name) => require(path.join(folder, "@xterm", name));
const { Terminal } = load("headless");
const ADDONS = {
  "15-graphemes": ["addon-unicode-graphemes", "UnicodeGraphemesAddon"],
  11: ["addon-unicode11", "Unicode11Addon"],
};
const QUEUE = 8 << 20; // bytes given to the parser before it is awaited; it drops what is over 50 MB
const FLAGS = ["isBold", "isDim", "isItalic", "isBlink", "isInverse", "isInvisible", "isStrikethrough", "isOverline"];
const TRUE_COLOUR = 0x1000000;

let terminal;
let title;

function open({ columns, rows, widths = "11" }) {
  const windowOptions = { pushTitle: true, popTitle: true }; // off by default, on in xterm; vim and mc use them
  terminal = new Terminal({ cols: columns, rows, windowOptions, allowProposedApi: true, logLevel: "off" });
  if (ADDONS[widths]) {
    const [file, addon] = ADDONS[widths];
    terminal.loadAddon(new (load(file)[addon])());
  }
  terminal.unicode.activeVersion = widths;
  title = "";
  terminal.onTitleChange((text) => (title = text));
  return {};
}

const write = (bytes) => new Promise((resolve) => terminal.write(bytes, resolve));

function colour(cell, name) {
  const value = cell[`get${name}Color`]();
  return cell[`is${name}RGB`]() ? TRUE_COLOUR | value : value;
}

function underlineColour(cell) {
  if (!cell.hasExtendedAttrs() || cell.isUnderlineColorDefault()) return -1;
  const value = cell.getUnderlineColor();
  return cell.isUnderlineColorRGB() ? TRUE_COLOUR | value : value;
}

function link(cell) {
  const id = cell.hasExtendedAttrs() ? cell.extended.urlId : 0;
  return (id && terminal._core._oscLinkService.getLinkData(id)?.uri) || "";
}

function row(line) {
  const cells = [];
  const cell = terminal.buffer.active.getNullCell();
  for (let x = 0; x < terminal.cols; x++) {
    line.getCell(x, cell);
    const width = cell.getWidth();
    const flags = FLAGS.reduce((bits, name, bit) => bits | (cell[name]() ? 1 << bit : 0), 0);
    const underline = cell.isUnderline() ? cell.getUnderlineStyle() : 0;
    cells.push([cell.getChars() || (width ? " " : ""), width, colour(cell, "Fg"), colour(cell, "Bg"), flags,
      underline, underlineColour(cell), link(cell)]);
  }
  return cells;
}

function view() {
  const buffer = terminal.buffer.active;
  const rows = [];
  const wrapped = [];
  for (let y = 0; y < terminal.rows; y++) {
    rows.push(row(buffer.getLine(buffer.baseY + y)));
    wrapped.push(buffer.getLine(buffer.baseY + y + 1)?.isWrapped ?? false);
  }
  return {
    columns: terminal.cols,
    rows,
    wrapped,
    x: Math.min(buffer.cursorX, terminal.cols - 1),
    y: buffer.cursorY,
    pending: buffer.cursorX >= terminal.cols,
    visible: !terminal._core.coreService.isCursorHidden,
    title,
    alternate: buffer.type === "alternate",
    scrolled: buffer.baseY,
  };
}

async function bench({ path: file, columns, rows, piece = 4096, times = 1 }) {
  const data = fs.readFileSync(file);
  const seconds = [];
  for (let turn = 0; turn < times; turn++) {
    open({ columns, rows });
    const start = process.hrtime.bigint();
    let queued = 0;
    for (let at = 0; at < data.length; at += piece) {
      const bytes = data.subarray(at, at + piece);
      queued += bytes.length;
      if (queued < QUEUE && at + piece < data.length) terminal.write(bytes);
      else {
        await write(bytes);
        queued = 0;
      }
    }
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  return { bytes: data.length, seconds };
}

function* input() {
  let held = Buffer.alloc(0);
  const more = () => {
    const chunk = Buffer.alloc(1 << 16);
    const size = fs.readSync(0, chunk, 0, chunk.length, null);
    held = Buffer.concat([held, chunk.subarray(0, size)]);
    return size > 0;
  };
  for (;;) {
    let end;
    while ((end = held.indexOf(10)) < 0) if (!more()) return;
    const request = JSON.parse(held.subarray(0, end).toString());
    held = held.subarray(end + 1);
    const size = request.do === "feed" ? request.size : 0;
    while (held.length < size) if (!more()) return;
    request.bytes = Buffer.from(held.subarray(0, size));
    held = held.subarray(size);
    yield request;
  }
}

async function main() {
  const doers = {
    open,
    feed: ({ bytes }) => write(bytes).then(() => ({})),
    resize: ({ columns, rows }) => (terminal.resize(columns, rows), {}),
    view,
    bench,
  };
  for (const request of input()) {
    fs.writeSync(1, JSON.stringify(await doers[request.do](request)) + "\n");
  }
}

main().catch((error) => {
  fs.writeSync(2, `${error.stack}\n`);
  process.exit(1);
});
