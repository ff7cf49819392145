// How long the document may still be signed: shown quietly in its last minutes, wherever the page
// has a place for it, spoken twice; and when it is over, the page says so.

const SPOKEN = [[60, "one"], [300, "five"]]; // seconds, and what is said aloud from then on
let timer = 0;
let time = null; // the element that says how long

function start() {
  const shown = document.querySelector("[data-left]");
  if (shown === time) return;
  time = shown;
  clearInterval(timer);
  if (!time) return;
  const end = Date.now() + 1000 * Number(time.dataset.left);
  const told = document.querySelector("[data-time-told]");

  function show(left) {
    for (const place of document.querySelectorAll("[data-countdown]")) place.hidden = false;
    time.querySelector("[data-until]").hidden = true;
    const words = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    for (const clock of document.querySelectorAll("[data-clock]")) clock.textContent = words;
    const aloud = told.dataset[SPOKEN.find(([from]) => left <= from)[1]];
    if (told.textContent !== aloud) told.textContent = aloud;
  }

  function tick() {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (left <= Number(time.dataset.last)) show(left);
    if (left) return;
    clearInterval(timer);
    document.dispatchEvent(new Event("signing-over"));
  }

  timer = setInterval(tick, 1000);
  tick();
}

document.addEventListener("part-arrived", start);
start();
