// Saves a draft by itself, says how it stands, and never loses or overwrites what was typed.
//
// One request is under way at a time. A request that got no answer is sent again unchanged until
// it is answered, so that the server can tell a repetition from somebody else's change. What is
// not saved yet also lies in this window's session storage, for a session that ended meanwhile.

const form = document.getElementById("draft");
const revision = form.elements.revision;
const storage = keeping.under(`draft:${form.dataset.draft}`);
const AFTER_TYPING = 1200; // ms
const AFTER_TROUBLE = 5000; // ms
const KEEPALIVE_LIMIT = 60000; // bytes that browsers let a request carry beyond its page

let unsent = false; // something was typed that no request carries yet
let pending = null; // the body of the request not yet answered, and what it says was typed
let sending = null; // the promise of the request under way
let halted = form.hasAttribute("data-stale"); // saving would overwrite, or is not allowed
let leaving = false;
let departing = false; // another page is on its way, perhaps read before the last saving was
let timer = 0;
let understood = {}; // the numbers among what was saved, as the document will print them

const $ = (selector) => form.querySelector(selector);
const part = (name) => $(`[data-part="${name}"]`);
const notice = (name, shown) => { $(`[data-notice="${name}"]`).hidden = !shown; };
// One mark at a time: saved stands there only when nothing waits.
const MARKS = ["kept", "underway", "unkept"];
const mark = (name) => { for (const each of MARKS) $(`[data-${each}]`).hidden = each !== name; };
const announce = (text) => { $("[data-announce]").textContent = text; };

// --- What was typed ---------------------------------------------------------------------------
const isTyped = (name) => name?.startsWith("answer-") || name === "reply";
const names = [...new Set([...form.elements].map((e) => e.name))].filter(isTyped);
const typed = () => Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
const put = (values) => {
  for (const name of names) if (name in values) form.elements[name].value = values[name];
};

function body() {
  const data = new URLSearchParams({ revision: revision.value });
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (form.elements.strict) data.set("strict", "1");
  for (const [name, value] of Object.entries(typed())) if (value || !isRadio(name)) data.set(name, value);
  return data.toString();
}
const isRadio = (name) => form.elements[name] instanceof RadioNodeList;

// What the server holds as far as this page knows; only what differs from it is worth keeping.
let saved = form.hasAttribute("data-stale") ? {} : typed();
const unsaved = () => Object.fromEntries(Object.entries(typed()).filter(([name, value]) => value !== saved[name]));

const keep = () => storage.write({ revision: revision.value, typed: unsaved() });

// --- Saving ------------------------------------------------------------------------------------
function schedule(delay) {
  clearTimeout(timer);
  if (!halted) timer = setTimeout(save, delay);
}

function save() {
  clearTimeout(timer);
  if (sending) return sending;
  if (halted) return Promise.resolve(false);
  if (!unsent && pending === null) return Promise.resolve(true);
  sending = send().finally(() => { sending = null; });
  return sending;
}

async function send() {
  if (pending === null) {
    pending = { body: body(), typed: typed() };
    unsent = false;
  }
  let response;
  try {
    response = await fetch(form.dataset.save, {
      method: "POST",
      body: pending.body,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      redirect: "manual",
      keepalive: pending.body.length < KEEPALIVE_LIMIT,
    });
  } catch {
    return trouble("offline");
  }
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
    return halt("signed-out");
  }
  if (response.status === 409) {
    const { kind } = await response.json();
    return halt(kind === "stale-draft" ? "stale" : "gone");
  }
  if (!response.ok) return trouble("failed");
  saved = pending.typed;
  pending = null;
  const answer = await response.json();
  show(answer);
  understood = answer.understood;
  tidy();
  for (const name of ["offline", "failed"]) notice(name, false);
  mark(unsent ? "underway" : "kept");
  if (unsent) return send();
  // The page on its way compares what is kept with what it shows, and clears it itself.
  if (!departing) storage.clear();
  return true;
}

function trouble(name) {
  notice("offline", name === "offline");
  notice("failed", name === "failed");
  mark("unkept");
  schedule(AFTER_TROUBLE);
  return false;
}

function halt(name) {
  halted = true;
  notice(name, true);
  mark("unkept");
  if (name === "gone") storage.clear();
  // Signing out in another tab has cleared what was kept; it still stands on the page.
  if (name === "signed-out") keep();
  return false;
}

async function saveAll() {
  while (unsent || pending !== null || sending) if (!(await save())) return false;
  // Where nothing waited, no request has told it yet.
  const lost = await connection.lost();
  if (lost) notice("offline", true);
  return !lost && !halted;
}

// --- Showing what the server says ---------------------------------------------------------------
function show(answer) {
  revision.value = answer.revision;
  part("saved").textContent = answer.saved;
  part("remaining").textContent = answer.remaining;
  for (const name of ["progress", "outline"]) {
    if (part(name).innerHTML !== answer[name]) part(name).innerHTML = answer[name];
  }
  form.dispatchEvent(new CustomEvent("draft-shown", { detail: answer }));
}

// A number is shown as it was understood, once the hand has left it and has not changed it since.
function tidy() {
  for (const [name, value] of Object.entries(understood)) {
    const input = form.elements[name];
    if (input === document.activeElement || input.value !== saved[name]) continue;
    input.value = saved[name] = value;
  }
}
form.addEventListener("focusout", () => setTimeout(tidy));

// --- Typing ------------------------------------------------------------------------------------
form.addEventListener("input", (event) => {
  if (!isTyped(event.target.name)) return;
  if (event.target.matches(".answer-other") && event.target.value) {
    event.target.closest(".option").querySelector("input[type=radio]").checked = true;
  }
  unsent = true;
  departing = false;
  // After trouble, and where nothing may be saved, it says so until a saving has succeeded.
  if ($("[data-unkept]").hidden) mark("underway");
  keep();
  schedule(AFTER_TYPING);
});
form.addEventListener("change", () => { if (unsent) schedule(0); });

// --- Leaving -----------------------------------------------------------------------------------
form.addEventListener("submit", async (event) => {
  if (leaving) return;
  event.preventDefault();
  const button = event.submitter;
  if (button.disabled || button.getAttribute("aria-disabled")) return;
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  const say = (words) => {
    if (!words) return;
    button.textContent = words;
    announce(words);
  };
  say(unsent || pending !== null ? button.dataset.saving : button.dataset.busy);
  if (await saveAll()) {
    say(button.dataset.busy);
    leaving = true;
    // Only once this event is over does a form let itself be submitted again.
    setTimeout(() => {
      form.requestSubmit(button);
    });
    return;
  }
  button.textContent = label;
  button.removeAttribute("aria-disabled");
});
connection.stay(() => notice("offline", true));
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
addEventListener("online", () => {
  notice("offline", false);
  schedule(0);
});
document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
addEventListener("beforeunload", (event) => {
  departing = true;
  const kept = !unsent && pending === null;
  const excused = leaving || sending || $('[data-notice="signed-out"]:not([hidden])');
  if (!kept && !excused && !$("[data-notice='stale']:not([hidden])")) event.preventDefault();
});

// --- Coming back ---------------------------------------------------------------------------------
function takeUp() {
  if (halted) return keep();
  const kept = storage.read();
  if (!kept) return undefined;
  const now = typed();
  const different = names.filter((name) => name in kept.typed && kept.typed[name] !== now[name]);
  if (!different.length) return storage.clear();
  if (kept.revision === revision.value) {
    put(kept.typed);
    unsent = true;
    return save().then((done) => notice("restored", done));
  }
  const list = $("[data-leftover]");
  for (const name of different) {
    const item = document.createElement("li");
    const element = isRadio(name) ? form.elements[name][0].closest(".choice") : form.elements[name];
    const option = isRadio(name) && [...form.elements[name]].find((o) => o.value === kept.typed[name]);
    const words = option ? option.labels[0].textContent : kept.typed[name];
    item.textContent = `${element.getAttribute("aria-label")}: ${words || "—"}`;
    list.append(item);
  }
  $("[data-put-back]").addEventListener("click", () => {
    put(kept.typed);
    unsent = true;
    notice("leftover", false);
    save();
  });
  $("[data-drop]").addEventListener("click", () => {
    storage.clear();
    notice("leftover", false);
  });
  return notice("leftover", true);
}

takeUp();
