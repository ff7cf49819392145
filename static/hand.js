// The signature image: written by hand into the box, or the name typed. The strokes stand in a field
// of the form, where they are found again when the page comes back.

const MAX_STROKES = 200;
const MAX_POINTS = 5000;
const STEP = 0.003; // the least distance between two points kept, in widths of the box

let prepared = null;

function prepare() {
  const form = document.getElementById("signing");
  if (!form || form === prepared) return;
  prepared = form;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const [field, state, undo, clear, missing] =
    ["strokes", "hand-state", "undo", "clear", "missing"].map(part);
  const canvas = form.querySelector("canvas");
  let strokes = field.value ? JSON.parse(field.value) : [];
  let current = null; // the pointer that draws, its last moment, its width before rounding
  let frame = 0;

  // --- The strokes -----------------------------------------------------------------------------
  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

  function draw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const context = pen.clear(canvas);
      for (const stroke of strokes) pen.trace(context, stroke);
    });
  }

  function show() {
    undo.disabled = clear.disabled = !strokes.length;
    const words = strokes.length ? state.dataset.written : state.dataset.empty;
    if (state.textContent !== words) state.textContent = words;
    if (strokes.length) missing.hidden = true;
    draw();
  }

  function changed() {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  }

  // --- The pointer -----------------------------------------------------------------------------
  function place(event) {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Number(Math.min(Math.max(value, 0), most).toFixed(4));
    return [
      within((event.clientX - box.left) / box.width, 1),
      within((event.clientY - box.top) / box.width, box.height / box.width),
    ];
  }

  function add(event) {
    const [x, y] = place(event);
    const stroke = strokes.at(-1);
    const distance = Math.hypot(x - stroke.at(-1)[0], y - stroke.at(-1)[1]);
    if (distance < STEP || count() >= MAX_POINTS) return;
    current.width = pen.follow(current.width, distance, event.timeStamp - current.at);
    current.at = event.timeStamp;
    stroke.push([x, y, pen.rounded(current.width)]);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || current || strokes.length >= MAX_STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = { id: event.pointerId, at: event.timeStamp, width: pen.BEGIN };
    strokes.push([[...place(event), pen.BEGIN]]);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== current?.id) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) add(move);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== current?.id) return;
      current = null;
      changed();
    });
  }
  undo.addEventListener("click", () => { strokes.pop(); changed(); });
  clear.addEventListener("click", () => { strokes = []; changed(); });

  // --- By hand, or typed -----------------------------------------------------------------------
  const methods = [...form.querySelectorAll("[name=method]")];
  function choose() {
    const drawn = form.elements.method.value === "draw";
    part("draw").hidden = !drawn;
    part("type").hidden = drawn;
    form.elements.typed.required = !drawn;
    missing.hidden = true;
    if (drawn) draw();
  }
  for (const radio of methods) {
    radio.disabled = false;
    radio.addEventListener("change", choose);
  }
  part("methods").hidden = false;
  new ResizeObserver(draw).observe(canvas);
  choose();
  show();
}

document.addEventListener("part-arrived", prepare);
prepare();
