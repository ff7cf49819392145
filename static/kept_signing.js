// What was done on the signing page lies in this tab until the pledge is signed: the strokes, the
// typed name, and the consent for as long as the document says the same. No password, no code.

const { signing } = document.querySelector("[data-signing]").dataset;
const storage = keeping.under(`signing:${signing}`);
const form = () => document.getElementById("signing");
const again = () => form().querySelector("[data-agree-again]");

function keep() {
  const { strokes, typed, method, consent } = form().elements;
  again().hidden ||= consent.checked;
  storage.write({
    strokes: strokes.value,
    typed: typed.value,
    method: method.value,
    // Nobody has to agree to the same words twice, and nobody agreed to others.
    agreed: consent.checked ? form().dataset.content : null,
  });
}

function putBack() {
  const kept = storage.read();
  if (!kept) return;
  for (const note of document.querySelectorAll("[data-kept]")) note.hidden = false;
  if (!form()) return;
  const { strokes, typed, method, consent } = form().elements;
  // What the site could not read is not put back into the page that says so.
  if (!("refused" in strokes.dataset)) strokes.value = kept.strokes;
  typed.value = kept.typed;
  method.value = kept.method;
  consent.checked = kept.agreed === form().dataset.content;
  again().hidden = kept.agreed === null || consent.checked;
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    if (form() && target.form === form()) keep();
  });
}
document.addEventListener("part-arrived", putBack);
// It stands on the page, but signing out in another tab has cleared the storage.
document.addEventListener("signed-out", () => { if (form()) keep(); });
putBack();
