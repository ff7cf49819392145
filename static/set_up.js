// Setting up a way to sign: passkeys are made and asked, and the answer takes its place on the page.
// A form or link with `data-in-place` brings the part of that name (an id or a class) from the page
// that the server answers with; where the answer has no such part, the browser goes there.

const EVERY = 3000; // ms between two questions whether the other device has got any further
const MAX_QUESTIONS = 400; // of a page that was left open

const part = (root, name) => root.querySelector(`#${name}, .${name}`);

/** Put what the server answers in the place of the part. */
async function fetchPart(name, address, options = {}) {
  const unanswered = document.querySelector("[data-no-answer]");
  let response, page;
  try {
    response = await fetch(address, options);
    if (response.status === 204) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    unanswered.hidden = false;
    return;
  }
  unanswered.hidden = true;
  const arrived = part(page, name);
  if (!arrived) {
    const there = new URL(response.url);
    // Who has to sign in again first comes back to this very page.
    if (there.searchParams.has("next")) there.searchParams.set("next", location.pathname);
    location.assign(there);
    return;
  }
  const placed = document.importNode(arrived, true);
  part(document, name).replaceWith(placed);
  welcome(placed);
}

/** What has come is made ready, told to the page's other scripts, and where the reader goes on. */
function welcome(arrived) {
  prepare(arrived);
  arrived.dispatchEvent(new CustomEvent("part-arrived", { bubbles: true }));
  const places = ["[role=alert]:not([hidden])", "[aria-invalid=true]", "[data-focus]", "h1, h2"];
  const place = places.map((each) => arrived.querySelector(each)).find(Boolean) ?? arrived;
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
}

async function send(form) {
  const { passkey: asked, inPlace: name } = form.dataset;
  const button = form.querySelector("button");
  const answer = form.querySelector("[data-answer]");
  button.setAttribute("aria-disabled", "true");
  try {
    if (asked) passkey.silence();
    // An answer that did not reach the server is sent again: no second passkey is made.
    if (asked && !answer.value) {
      const options = JSON.parse(form.querySelector("script").textContent);
      answer.value = await passkey[asked](options);
    }
    await fetchPart(name, form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  } catch (error) {
    passkey.explain(error);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-in-place]");
  if (!form) return;
  event.preventDefault();
  if (!form.querySelector("button[aria-disabled]")) send(form);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-in-place]");
  if (link && part(document, link.dataset.inPlace)) {
    event.preventDefault();
    fetchPart(link.dataset.inPlace, link.href);
  }
  const button = event.target.closest("[data-copy], [data-copy-address]");
  if (button) copy(button);
});

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy ?? location.href);
  button.textContent = button.dataset.copied;
}

/** Ask again and again until the server has something new, then show that. */
function watch(place, left = MAX_QUESTIONS) {
  setTimeout(async () => {
    if (!place.isConnected) return;
    await fetchPart(place.id, place.dataset.poll);
    if (place.isConnected && left) watch(place, left - 1);
  }, EVERY);
}

function prepare(root) {
  const polled = root.matches?.("[data-poll]") ? root : root.querySelector("[data-poll]");
  if (polled) watch(polled);
  for (const button of root.querySelectorAll("[data-needs-script]")) button.disabled = false;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  const able = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const note of root.querySelectorAll("[data-no-passkeys]")) note.hidden = able;
}

prepare(document);
