// The signing page: the handwriting, the passkey, one submit.

const MAX_STROKES = 200;
const MAX_POINTS = 5000;
const STEP = 0.003; // the least distance between two points kept, in widths of the box
const LINE = 0.011; // the width of the pen, in the same unit
const INK = "#1f2328";

// --- The signature image -------------------------------------------------------------------------
let form = document.getElementById("signing");
if (form) prepare();
// Whoever sets up a way to sign on this very page gets the form afterwards.
document.addEventListener("part-arrived", () => {
  const arrived = document.getElementById("signing");
  if (!arrived || arrived === form) return;
  form = arrived;
  prepare();
});

function prepare() {
  const field = form.querySelector("[data-strokes]");
  const canvas = form.querySelector("canvas");
  const state = form.querySelector("[data-hand-state]");
  const undo = form.querySelector("[data-undo]");
  const clear = form.querySelector("[data-clear]");
  const missing = form.querySelector("[data-missing]");
  const pen = canvas.getContext("2d");
  let strokes = field.value ? JSON.parse(field.value) : [];
  let current = null;

  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

  function draw() {
    const { width, height } = canvas.getBoundingClientRect();
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.scale(canvas.width, canvas.width);
    pen.lineWidth = LINE;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = INK;
    for (const stroke of strokes) trace(stroke);
  }

  function trace(stroke) {
    pen.beginPath();
    pen.moveTo(...stroke[0]);
    for (let i = 1; i < stroke.length - 1; i += 1) {
      const [x, y] = stroke[i];
      const [nextX, nextY] = stroke[i + 1];
      pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    pen.lineTo(...stroke.at(-1));
    pen.stroke();
  }

  function changed() {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    undo.disabled = clear.disabled = !strokes.length;
    const words = strokes.length ? state.dataset.written : state.dataset.empty;
    if (state.textContent !== words) state.textContent = words;
    if (strokes.length) missing.hidden = true;
    draw();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    const x = within((event.clientX - box.left) / box.width, 1);
    const y = within((event.clientY - box.top) / box.width, box.height / box.width);
    return [Number(x.toFixed(4)), Number(y.toFixed(4))];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || current || strokes.length >= MAX_STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = { id: event.pointerId, stroke: [place(event)] };
    strokes.push(current.stroke);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== current?.id) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const [x, y] = place(move);
      const [lastX, lastY] = current.stroke.at(-1);
      if (Math.hypot(x - lastX, y - lastY) >= STEP && count() < MAX_POINTS) current.stroke.push([x, y]);
    }
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

  const methods = [...form.querySelectorAll("[name=method]")];
  const method = () => methods.find((radio) => radio.checked).value;
  function choose() {
    const drawn = method() === "draw";
    form.querySelector("[data-draw]").hidden = !drawn;
    form.querySelector("[data-type]").hidden = drawn;
    form.elements.typed.required = !drawn;
    missing.hidden = true;
    if (drawn) draw();
  }
  for (const radio of methods) {
    radio.disabled = false;
    radio.addEventListener("change", choose);
  }
  form.querySelector("[data-methods]").hidden = false;
  new ResizeObserver(draw).observe(canvas);
  choose();
  changed();

  // --- One submit --------------------------------------------------------------------------------
  const button = form.querySelector(".sign-button");
  const byCode = form.querySelector("[data-by-code]");
  const assertion = form.querySelector("[data-assertion]");
  const label = button.textContent;
  let sent = false;

  function busy(words) {
    sent = true;
    button.textContent = words;
    button.setAttribute("aria-disabled", "true");
  }
  function ready() {
    sent = false;
    button.textContent = label;
    button.removeAttribute("aria-disabled");
  }

  async function askPasskey() {
    busy(button.dataset.asking);
    passkey.silence();
    try {
      assertion.value = await passkey.ask(passkey.wanted());
    } catch (error) {
      ready();
      return passkey.explain(error);
    }
    button.textContent = button.dataset.busy;
    return form.submit();
  }

  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    if (method() === "draw" && !strokes.length) {
      event.preventDefault();
      missing.hidden = false;
      return missing.scrollIntoView({ block: "center" });
    }
    if (method() === "type") field.value = "";
    if (assertion && event.submitter !== byCode && !form.elements.password?.value) {
      event.preventDefault();
      return askPasskey();
    }
    return busy(button.dataset.busy);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) ready();
  });
}

document.getElementById("sign-errors")?.focus();
