// A review by the keyboard: single keys that do what links of the page do, and a dialog that asks
// before a pledge is accepted. The keys can be changed, or switched off; this browser keeps that.

const KEPT = "review-keys";
const keys = document.getElementById("keys");
const accepting = document.getElementById("accepting");
const form = keys.querySelector("form");
const fields = [...form.querySelectorAll("input[maxlength]")];
const link = (name) => document.querySelector(`[data-do="${name}"]`);

// --- What was chosen ---------------------------------------------------------------------------
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // it cannot be read here, or is not ours
  }
}
function keep(chosen) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(chosen));
  } catch {
    // Nothing is kept here: the keys hold until the page is left.
  }
}
function fill(chosen) {
  form.elements.on.checked = chosen.on ?? true;
  for (const field of fields) field.value = chosen[field.name] ?? field.defaultValue;
}
function chosenNow() {
  const chosen = { on: form.elements.on.checked };
  for (const field of fields) chosen[field.name] = field.value.trim().toLowerCase();
  return chosen;
}
let chosen = { ...chosenNow(), ...read() };
fill(chosen);

// --- The dialogs -------------------------------------------------------------------------------
function openKeys() {
  fill(chosen);
  form.querySelector("[data-twice]").hidden = true;
  keys.showModal();
}
function openAccepting() {
  accepting.showModal();
  accepting.querySelector("[type=submit]").focus();
}
const button = document.querySelector("[data-keys]");
button.hidden = false;
button.addEventListener("click", openKeys);
link("accept")?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
  event.preventDefault();
  openAccepting();
});
for (const dialog of [keys, accepting].filter(Boolean)) {
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
}
form.addEventListener("submit", (event) => {
  const next = chosenNow();
  const given = fields.map((field) => next[field.name]).filter(Boolean);
  if (new Set(given).size < given.length) {
    event.preventDefault();
    form.querySelector("[data-twice]").hidden = false;
    return;
  }
  chosen = next;
  keep(chosen);
});

// --- The keys ----------------------------------------------------------------------------------
const WRITES = "input, textarea, select, [contenteditable]";
document.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.key === "Process";
  if (!chosen.on || composing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(WRITES) || document.querySelector("dialog[open]")) return;
  const pressed = event.key.toLowerCase();
  const name = fields.map((field) => field.name).find((each) => chosen[each] === pressed);
  if (!name) return;
  if (name === "help") {
    event.preventDefault();
    openKeys();
    return;
  }
  const target = link(name);
  if (!target) return;
  event.preventDefault();
  target.click();
});
