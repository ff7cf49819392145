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

// Called by the other scripts of this page.
form.calmly = (change) => {
  waiting.push(change);
  setTimeout(carryOut);
};

function carryOut() {
  if (pressed || !waiting.length) return;
  const field = inHand();
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
let watched = false; // they look at what they fill in, and have not scrolled away from it

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
  watched = true;
}

function told(field) {
  const ids = field.closest("[aria-describedby]")?.getAttribute("aria-describedby") ?? "";
  const notes = ids.split(" ").map((id) => id && document.getElementById(id));
  return notes.filter((note) => note && note.offsetParent);
}

function scroll(by) {
  if (Math.abs(by) >= 1) scrollBy({ top: by, behavior: "instant" });
}

form.addEventListener("focusin", () => form.calmly(() => {}));
form.addEventListener("input", () => {
  watched = true;
  setTimeout(bringIntoSight);
});
addEventListener("scroll", () => {
  const field = inHand();
  watched = field !== null && isInSight(field);
}, { passive: true });
form.addEventListener("draft-shown", () => { if (watched) bringIntoSight(); });
window.visualViewport?.addEventListener("resize", () => { if (watched) bringIntoSight(); });
