// A document as images of its pages, or as text: which of the two is shown, and larger on a phone.

const PAUSES = [400, 1000, 2500, 5000]; // ms before an image is asked for again
const pages = document.querySelector("[data-pages]");
if (pages) begin();

function begin() {
  const reading = document.querySelector("[data-reading]");
  const links = document.querySelectorAll("[data-view]");
  const zoom = document.querySelector("[data-zoom]");

  function show(view) {
    pages.hidden = view === "text";
    zoom.hidden = pages.hidden;
    reading.classList.toggle("visually-hidden", !pages.hidden);
    for (const link of links) {
      if (link.dataset.view === view) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.dataset.view);
    });
  }
  zoom.hidden = pages.hidden;

  // A clause is a place in the text, which the page that one is on has as well.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#clause-']");
    const clause = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!clause || !reading.contains(clause)) return;
    event.preventDefault();
    show("text");
    location.assign(link.hash);
  });

  // --- Larger, around the place that was touched -------------------------------------------------
  function enlarge(larger, across = 0.5, image = null, down = 0) {
    pages.classList.toggle("pages-larger", larger);
    zoom.setAttribute("aria-pressed", String(larger));
    pages.scrollLeft = larger ? across * pages.scrollWidth - pages.clientWidth / 2 : 0;
    if (!image) return;
    const box = image.getBoundingClientRect();
    scrollBy({ top: box.top + down * box.height - innerHeight / 2 });
  }
  const isLarger = () => pages.classList.contains("pages-larger");
  zoom.addEventListener("click", () => enlarge(!isLarger()));
  pages.addEventListener("click", (event) => {
    if (!event.target.matches(".page-image") || getComputedStyle(zoom).display === "none") return;
    const box = event.target.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    enlarge(!isLarger(), across, event.target, (event.clientY - box.top) / box.height);
  });

  // --- One image after the other: each is drawn for us, and others wait too --------------------
  const first = pages.querySelector("img");
  const waiting = [...pages.querySelectorAll("noscript")].map((kept) => {
    const apart = document.createElement("template"); // where nothing is fetched yet
    apart.innerHTML = kept.textContent;
    kept.remove();
    return apart.content.querySelector("img");
  });

  function watch(image) {
    image.addEventListener("load", next);
    image.addEventListener("error", () => again(image));
  }
  function next() {
    const image = waiting.shift();
    if (!image) return;
    watch(image);
    pages.append(image);
  }
  function again(image) {
    const tries = Number(image.dataset.tries ?? 0);
    if (tries < PAUSES.length) {
      image.dataset.tries = String(tries + 1);
      setTimeout(() => { image.src = image.getAttribute("src"); }, PAUSES[tries]);
      return;
    }
    document.querySelector("[data-pages-failed]").hidden = false;
    show("text");
  }

  watch(first);
  if (first.complete && first.naturalWidth) next();
  else if (first.complete && !pages.hidden) again(first);
}
