// The notes under the clauses: tied to their blanks, shown when one moves on, listed at the top.

const form = document.getElementById("draft");
const summary = document.getElementById("summary");
const ERROR = "clause-note-error";
const notes = () => [...form.querySelectorAll(".clause-note[id]")];

function describe() {
  const shown = notes().filter((note) => !note.hidden);
  for (const field of form.querySelectorAll(".answer[data-code], .choice[data-group]")) {
    const code = (field.dataset.code ?? field.dataset.group).replace(/\.other$/, "");
    const its = shown.filter((note) => note.dataset.about === code);
    const hint = document.getElementById(`hint-${code}`);
    const told = hint ? [hint, ...its] : its;
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

form.addEventListener("draft-shown", describe);
form.addEventListener("focusout", (event) => {
  const code = event.target.dataset?.code?.replace(/\.other$/, "");
  const waiting = notes().filter((note) => note.hidden && note.dataset.about === code);
  if (!waiting.length) return;
  form.querySelector("[data-announce]").textContent = waiting.map((note) => note.textContent).join(" ");
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
document.getElementById("unchanged")?.focus();
