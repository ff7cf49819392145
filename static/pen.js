// The pen: how wide it draws at which speed, and its line on a canvas.
// Given to the page's other scripts as `pen`: their files bear hashes, so none imports another.
//
// A point is [x, y, width]: x and y in widths of the box, the width in those of a pen that rests.
// The width is all that is told of the speed: when a point was drawn is never noted.

const NARROWEST = 0.4;
const WIDEST = 1.45;
const BEGIN = 1; // the width at which it touches the paper
const FAST = 0.0025; // widths of the box in a millisecond: what draws the narrowest line
const INERTIA = 40; // ms in which the width has gone most of the way to that of the speed
const STEP = 0.05; // in such steps the width changes: none of them is seen
const MAX_PIECES = 4; // of one curve
const LINE = 0.011; // the width of the pen, in widths of the box
const INK = "#1f2328";

/** The width after the pen moved so far, in widths of the box, in so many milliseconds. */
function follow(width, distance, time) {
  const passed = Math.max(time, 1);
  const aim = WIDEST - (WIDEST - NARROWEST) * Math.min(distance / passed / FAST, 1);
  return width + (aim - width) * (1 - Math.exp(-passed / INERTIA));
}

const rounded = (width) => Number((Math.round(width / STEP) * STEP).toFixed(2));

/** An empty canvas, in widths of the box. */
function clear(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(canvas.width, canvas.width);
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = INK;
  return context;
}

// As `pledges/rendering/handwriting.py` draws it on paper: a line through the middles of the drawn
// segments, bent by the points between them, in pieces of one width each.
function trace(context, stroke) {
  let at = stroke[0];
  for (let i = 1; i < stroke.length - 1; i += 1) {
    const end = stroke[i].map((value, axis) => (value + stroke[i + 1][axis]) / 2);
    curve(context, [at, stroke[i], end]);
    at = end;
  }
  // A dot is a line of no length; round caps make it visible.
  curve(context, [at, at, stroke.at(-1)]);
}

function curve(context, [start, bend, end]) {
  const polar = (one, other) => [0, 1].map((axis) => (1 - one) * (1 - other) * start[axis]
    + (one + other - 2 * one * other) * bend[axis] + one * other * end[axis]);
  const [first, last] = [start[2] ?? BEGIN, end[2] ?? BEGIN];
  const count = Math.min(Math.max(1, Math.ceil(Math.abs(last - first) / STEP)), MAX_PIECES);
  for (let i = 0; i < count; i += 1) {
    const [begin, close] = [i / count, (i + 1) / count];
    context.lineWidth = LINE * (first + (last - first) * (begin + close) / 2);
    context.beginPath();
    context.moveTo(...polar(begin, begin));
    context.quadraticCurveTo(...polar(begin, close), ...polar(close, close));
    context.stroke();
  }
}

globalThis.pen = { BEGIN, follow, rounded, clear, trace };
