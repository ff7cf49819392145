// What somebody fills in stays where it is, and in sight: between notices, bar and keyboard.

const form = document.getElementById("draft");
const GAP = 8; // px
const FIELDS = ".answer, .box-input, textarea";

const inHand = () => {
  const field = document.activeElement;
  return form.contains(field) && field.matches(FIELDS) ? field : null;
};

// --- Changing what stands on the page ---------------------------------------------------------
// Whatever moves under a pressed finger takes the press away from what it was meant for.
let pressed = false;
let waiting = [];
let watched = false; // they look at what they fill in, and have not scrolled away from it

// Called by the other scripts of this page.
form.calmly = (change) => {
  waiting.push(change);
  setTimeout(carryOut);
};

function carryOut() {
  if (pressed || !waiting.length) return;
  // Who has scrolled away from their blank stays where they are.
  const field = watched ? inHand() : null;
  const before = field?.getBoundingClientRect().top;
  const changes = waiting;
  waiting = [];
  for (const change of changes) change();
  if (!field) return;
  scroll(field.getBoundingClientRect().top - before);
  bringIntoSight();
}

const release = () => {
  pressed = false;
  setTimeout(carryOut);
};
addEventListener("pointerdown", () => { pressed = true; }, true);
for (const kind of ["pointerup", "pointercancel", "dragend", "blur"]) addEventListener(kind, release, true);

// --- Keeping it in sight ----------------------------------------------------------------------
function room() {
  const view = window.visualViewport;
  let top = 0;
  let bottom = view ? view.offsetTop + view.height : innerHeight;
  const bar = form.querySelector(".fill-bar");
  if (getComputedStyle(bar).position === "sticky") bottom = Math.min(bottom, bar.getBoundingClientRect().top);
  for (const note of form.querySelectorAll(".fill-states > :not([hidden])")) {
    top = Math.max(top, note.getBoundingClientRect().bottom);
  }
  return { top: top + GAP, bottom: bottom - GAP };
}

function isInSight(field) {
  const { top, bottom } = field.getBoundingClientRect();
  const seen = room();
  return bottom > seen.top && top < seen.bottom;
}

function bringIntoSight() {
  const field = inHand();
  if (!field) return;
  const box = field.getBoundingClientRect();
  const { top, bottom } = room();
  // With what is said of it, where there is room for both.
  let end = box.bottom;
  for (const note of told(field)) {
    const below = note.getBoundingClientRect().bottom;
    if (below - box.top <= bottom - top) end = Math.max(end, below);
  }
  if (box.top < top) scroll(box.top - top);
  else if (end > bottom) scroll(Math.min(end - bottom, box.top - top));
}

function told(field) {
  const ids = field.closest("[aria-describedby]")?.getAttribute("aria-describedby") ?? "";
  const notes = ids.split(" ").map((id) => id && document.getElementById(id));
  return notes.filter((note) => note && note.offsetParent);
}

function scroll(by) {
  if (Math.abs(by) >= 1) scrollBy({ top: by, behavior: "instant" });
}

for (const kind of ["focusin", "input"]) {
  form.addEventListener(kind, () => {
    watched = true;
    form.calmly(() => {});
  });
}
addEventListener("scroll", () => {
  const field = inHand();
  watched = field !== null && isInSight(field);
}, { passive: true });
window.visualViewport?.addEventListener("resize", () => { if (watched) bringIntoSight(); });
