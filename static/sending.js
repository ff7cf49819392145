// The one submit of the signing page: asks the passkey, sends the form, shows what was answered.
// Whatever happens, everything still stands on the page and may be sent again: a document is signed
// once, and who asks again is told so.

const PATIENCE = 60_000; // ms until an answer is given up; the same request then gets it
const TOLD = "application/json";
const ACCEPT = `${TOLD}, text/html;q=0.9`; // told where to go on, or shown what is to be done

const place = () => document.querySelector("[data-signing]");
const part = (name) => place().querySelector(`[data-${name}]`);
let pressed = null; // the button of the request under way

function notice(name) {
  for (const each of place().querySelectorAll("[data-notice]")) {
    each.hidden = each.dataset.notice !== name;
    if (!each.hidden) each.scrollIntoView({ block: "nearest" });
  }
}

function busy(button, words) {
  pressed = button;
  pressed.dataset.label ??= pressed.textContent;
  pressed.textContent = words;
  pressed.setAttribute("aria-disabled", "true");
}

function ready() {
  if (!pressed) return;
  pressed.textContent = pressed.dataset.label;
  pressed.removeAttribute("aria-disabled");
  pressed = null;
}

// --- A request and its answer -------------------------------------------------------------------
async function send(form) {
  let answer;
  let text;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: ACCEPT },
      redirect: "manual",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    text = await answer.text();
  } catch {
    return notice("offline");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    return notice("signed-out");
  }
  if (answer.headers.get("Content-Type")?.startsWith(TOLD)) return leave(JSON.parse(text).next);
  return show(text) || notice("failed");
}

function leave(next) {
  location.assign(next);
  return new Promise(() => {}); // busy until the next page is there
}

/** Show the act of signing as the page in `text` does, if it is that page. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const shown = page.querySelector("[data-signing]");
  if (!shown) return false;
  // The notices are those of this window.
  shown.querySelector("[data-notices]").replaceWith(part("notices"));
  place().replaceChildren(...shown.childNodes);
  document.dispatchEvent(new Event("part-arrived"));
  part("said")?.focus();
  return true;
}

async function look() {
  if (pressed) return;
  try {
    show(await (await fetch(location.pathname, { redirect: "manual" })).text());
  } catch { /* what is over is refused when it is sent */ }
}

// --- The passkey --------------------------------------------------------------------------------
// What it answered confirms this document: after an answer was lost, it need not be asked again.
async function confirmed() {
  const assertion = part("assertion");
  if (assertion.value) return true;
  passkey.silence();
  try {
    assertion.value = await passkey.ask(passkey.wanted());
    return true;
  } catch (error) {
    passkey.explain(error);
    return false;
  }
}

function isWritten(form) {
  const written = form.elements.method.value === "type" || Boolean(form.elements.strokes.value);
  part("missing").hidden = written;
  if (!written) part("missing").scrollIntoView({ block: "center" });
  return written;
}

// A browser may have filled in a password where nobody asked it to.
function isByCode(form, button) {
  const other = part("by-code");
  if (!part("assertion") || button === other) return true;
  return Boolean(other?.closest("details").open && form.elements.password.value);
}

async function submit(form, button) {
  if (pressed || !isWritten(form)) return;
  const byCode = isByCode(form, button);
  const { busy: signing, asking } = part("sign").dataset;
  notice("");
  busy(button, byCode ? signing : asking);
  try {
    if (await connection.lost()) return notice("offline");
    if (!byCode && !await confirmed()) return;
    busy(button, signing);
    await send(form);
  } finally {
    ready();
  }
}

const isOwn = (form) => form.id === "signing";
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !isOwn(event.target)) return;
  event.preventDefault();
  submit(event.target, event.submitter ?? part("sign"));
});
connection.guard(isOwn, () => notice("offline"));
addEventListener("online", () => { if (!part("notice=offline").hidden) notice(""); });
addEventListener("pageshow", (event) => { if (event.persisted) ready(); });
document.addEventListener("signing-over", look);

part("said")?.focus();
