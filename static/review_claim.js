// A review is held for whoever is at it: the claim is renewed while the page is read or typed in.
// A page that is left alone asks for nothing, so its claim lapses, and its session ends, in time.

const EVERY = 240_000; // ms; a claim lasts ten minutes
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll"];
let used = false;

for (const sign of SIGNS) {
  addEventListener(sign, () => { used = true; }, { capture: true, passive: true });
}
setInterval(() => {
  if (!used || document.hidden) return;
  used = false;
  document.getElementById("claim")?.dispatchEvent(new Event("renew"));
}, EVERY);
