// Moving about a draft: Enter goes on to the next blank, the outline shows the part one is in.

const form = document.getElementById("draft");

form.addEventListener("keydown", (event) => {
  // While an input method composes, Enter belongs to it.
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  event.preventDefault();
  const stops = [...form.querySelectorAll(".answer, .box-input, .btn-primary")].filter(isStop);
  const here = stops.findIndex((stop) => stop === event.target || (stop.name && stop.name === event.target.name));
  stops[here + 1]?.focus();
  stops[here + 1]?.select?.();
});

function isStop(element) {
  if (element.matches(".answer-other")) return element.closest(".option").querySelector("input[type=radio]").checked;
  if (!element.matches(".box-input")) return true;
  const chosen = form.elements[element.name].value;
  return chosen ? element.checked : element === form.elements[element.name][0];
}

function markOutline(element) {
  for (const link of form.querySelectorAll(".outline-here")) link.classList.remove("outline-here");
  for (let at = element?.closest?.("[id^='clause-']"); at; at = at.parentElement?.closest("[id^='clause-']")) {
    const link = form.querySelector(`.outline-list a[href="#${CSS.escape(at.id)}"], .outline-list a[href="#${at.id}"]`);
    if (link) return link.classList.add("outline-here");
  }
}

form.addEventListener("focusin", (event) => markOutline(event.target));
form.addEventListener("draft-shown", () => markOutline(document.activeElement));
