// How long the document may still be signed: said quietly in its last minutes, and when it is over
// the page says so.

const SPOKEN = [[60, "one"], [300, "five"]]; // seconds, and what is said aloud from then on
let timer = 0;

function start() {
  clearInterval(timer);
  const place = document.querySelector("[data-countdown]");
  if (!place) return;
  const end = Date.now() + 1000 * Number(place.dataset.left);
  const told = document.querySelector("[data-time-told]");

  function tick() {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (left > Number(place.dataset.last)) return;
    place.hidden = false;
    document.querySelector("[data-until]").hidden = true;
    const seconds = String(left % 60).padStart(2, "0");
    place.querySelector("[data-clock]").textContent = `${Math.floor(left / 60)}:${seconds}`;
    const words = told.dataset[SPOKEN.find(([from]) => left <= from)[1]];
    if (told.textContent !== words) told.textContent = words;
    if (left) return;
    clearInterval(timer);
    document.dispatchEvent(new Event("signing-over"));
  }

  timer = setInterval(tick, 1000);
  tick();
}

document.addEventListener("signing-shown", start);
start();
