// The notes under the clauses: tied to their blanks, shown when one moves on, listed at the top.

const form = document.getElementById("draft");
const summary = document.getElementById("summary");
const ERROR = "clause-note-error";
// What is said of an answer waits until it is whole.
const OF_ANSWER = ".clause-note-error, .clause-note-flag";
const notes = () => [...form.querySelectorAll(".clause-note[id]")];
const isQuiet = (note) => note.matches(".clause-note-source, .clause-note-before");
const codeOf = (element) => element?.dataset?.code?.replace(/\.other$/, "");
const announce = (told) => {
  form.querySelector("[data-announce]").textContent = told.map((note) => note.textContent).join(" ");
};

function show(answer) {
  const before = new Map(notes().filter((note) => !note.hidden).map((note) => [note.id, note.textContent]));
  for (const place of form.querySelectorAll("[data-notes]")) {
    const html = answer.notes[place.dataset.notes] ?? "";
    if ((place.shown ?? place.innerHTML.trim()) !== html) place.innerHTML = html;
    place.shown = html;
  }
  const fresh = notes().filter((note) => before.get(note.id) !== note.textContent);
  const inHand = codeOf(document.activeElement);
  for (const note of fresh) {
    note.classList.add("clause-note-new");
    // Nobody is told of it in the middle of a word: the note waits until they move on.
    note.hidden = note.dataset.about === inHand && note.matches(OF_ANSWER);
  }
  announce(fresh.filter((note) => !note.hidden && !isQuiet(note)));
  describe();
}

function describe() {
  const shown = notes().filter((note) => !note.hidden);
  for (const field of form.querySelectorAll(".answer[data-code], .choice[data-group]")) {
    const code = (field.dataset.code ?? field.dataset.group).replace(/\.other$/, "");
    const its = shown.filter((note) => note.dataset.about === code);
    const hint = document.getElementById(`hint-${code}`);
    const said = its.some((note) => note.matches(OF_ANSWER));
    hint?.classList.toggle("clause-hint-said", said);
    const told = hint && !said ? [hint, ...its] : its;
    toggle(field, "aria-describedby", told.map((each) => each.id).join(" "));
    toggle(field, "aria-invalid", its.some((note) => note.classList.contains(ERROR)) ? "true" : "");
  }
  if (!summary) return;
  const items = [...summary.querySelectorAll("li")];
  for (const item of items) {
    item.hidden = !document.getElementById(`error-${item.firstElementChild.dataset.to}`);
  }
  summary.hidden = items.every((item) => item.hidden);
}

function toggle(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

form.addEventListener("draft-shown", (event) => form.calmly(() => show(event.detail)));
form.addEventListener("focusout", (event) => {
  const code = codeOf(event.target);
  const waiting = notes().filter((note) => note.hidden && note.dataset.about === code);
  if (!waiting.length) return;
  announce(waiting);
  form.calmly(() => {
    for (const note of waiting) note.hidden = false;
    describe();
  });
});

for (const link of summary?.querySelectorAll("[data-to]") ?? []) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const code = link.dataset.to;
    form.querySelector(`.answer[data-code="${code}"], .box-input[data-code="${code}"]`)?.focus();
  });
}
summary?.focus();

// That nothing was changed is asked until something is.
const unchanged = document.getElementById("unchanged");
unchanged?.focus();
form.addEventListener("input", ({ target }) => {
  if (!unchanged || !target.name?.startsWith("answer-")) return;
  form.calmly(() => { unchanged.hidden = true; });
});
