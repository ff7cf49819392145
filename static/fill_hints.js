// The hint of the blank in hand: shown while the blank, or an answer offered with it, has the focus.

const form = document.getElementById("draft");
let shown = null;

function hintOf(element) {
  const code = element?.dataset?.code?.replace(/\.other$/, "");
  return code ? document.getElementById(`hint-${code}`) : element?.closest?.("[data-hint]");
}

function turn() {
  const hint = hintOf(document.activeElement);
  if (hint === shown) return;
  shown?.classList.remove("clause-hint-shown");
  hint?.classList.add("clause-hint-shown");
  shown = hint;
}

for (const kind of ["focusin", "focusout"]) form.addEventListener(kind, () => form.calmly(turn));

// What is offered stands in its blank only once somebody has pressed it.
form.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-offer]");
  if (!offer) return;
  const field = fieldFor(offer);
  if (field.type === "radio") field.checked = true;
  else field.value = offer.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});

function fieldFor(offer) {
  const field = form.elements[`answer-${offer.dataset.offer}`];
  if (!(field instanceof RadioNodeList)) return field;
  const options = [...field];
  return options.find((option) => option.value === offer.value || option.labels[0].textContent === offer.textContent);
}
