"use strict";
// Live pages: the stream says which encounters changed; the page fetches itself and puts in only the parts that differ.
// Everything works without this file, by ordinary forms and links.

const dirty = (element) =>
  [...element.querySelectorAll("form")].some((form) => form.dataset.touched) ||
  (element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));

const REACHED = "a, button, summary, input, select, textarea";

function patch(old, fresh) {
  if (old.outerHTML === fresh.outerHTML) return;
  if (old.hasAttribute("data-list")) return merge(old, fresh);  // a half-written form holds its own row, not the others
  if (dirty(old) && !fresh.hasAttribute("data-force")) return;
  const open = [...old.querySelectorAll("details[id]")].filter((d) => d.open).map((d) => d.id);
  const shut = [...old.querySelectorAll("details[id]")].filter((d) => !d.open).map((d) => d.id);
  const node = document.importNode(fresh, true);
  for (const d of node.querySelectorAll("details[id]")) {
    if (open.includes(d.id)) d.open = true;
    if (shut.includes(d.id)) d.open = false;
  }
  const changed = plain(old) !== plain(node);
  const reached = [...old.querySelectorAll(REACHED)].indexOf(document.activeElement);
  old.replaceWith(node);
  if (reached >= 0) node.querySelectorAll(REACHED)[reached]?.focus({ preventScroll: true });  // the keyboard stays where it was
  if (changed) { node.classList.add("fresh"); setTimeout(() => node.classList.remove("fresh"), 1600); }
}

const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

function merge(old, fresh) {
  const ids = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) if (!ids.has(child.id) && !dirty(child)) child.remove();
  let before = null;
  for (const child of [...fresh.children]) {
    let here = child.id && old.querySelector(`:scope > #${CSS.escape(child.id)}`);
    if (here) { patch(here, child); here = old.querySelector(`:scope > #${CSS.escape(child.id)}`); }
    else { here = document.importNode(child, true); here.classList.add("fresh"); old.append(here); }
    const place = before ? before.nextElementSibling : old.firstElementChild;
    if (place !== here) old.insertBefore(here, place);
    before = here;
  }
}

let asked = 0, shown = 0;  // requests are numbered as they go out: an answer that was overtaken must not turn the page back

function older(fresh) {
  const [edition, seq] = fresh.body.dataset.version.split("-"), [ours, now] = document.body.dataset.version.split("-");
  return edition === ours && Number(seq) < Number(now);
}

function show(html, number) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  if (number < shown || older(fresh)) { refresh(); return; }
  shown = number;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other) patch(part, other);
  }
  document.body.dataset.version = fresh.body.dataset.version || document.body.dataset.version;
}

let busy = false, again = false;
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  const number = ++asked;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) show(await answer.text(), number);
  } catch { /* the stream reconnects and says so again */ }
  busy = false;
  if (again) { again = false; setTimeout(refresh, 500); }
}

let later;
function refreshLater() {  // nothing of this page changed, but it speaks up to a later entry now
  later ??= setTimeout(() => { later = undefined; refresh(); }, 5000);
}

function lacking(form) {
  if (!form.dataset.needs) return "";
  const chosen = form.querySelector("input[type=radio]:checked");
  const wrote = form.querySelector("textarea").value.trim();
  if (chosen?.dataset.say && !wrote) return `Please specify in your own words: ${chosen.dataset.say}`;
  return chosen || wrote ? "" : form.dataset.needs;
}

const said_by = (html) => new DOMParser().parseFromString(html, "text/html").querySelector(".said")?.textContent;

async function play(event) {
  const form = event.target.closest("form[data-slow]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button"), notice = form.querySelector(".notice");
  const usual = button.textContent;
  button.disabled = true; button.textContent = form.dataset.slow; notice.textContent = "";
  let said = "";
  try {
    const answer = await fetch(form.action, { method: "POST" });
    if (!answer.ok) said = said_by(await answer.text()) || `Not done (${answer.status}).`;
  } catch { said = "The workbench cannot be reached."; }
  const now = document.getElementById(form.id);  // the page may have been renewed meanwhile
  now.querySelector("button").disabled = false; now.querySelector("button").textContent = usual; now.querySelector(".notice").textContent = said;
  if (!said) refresh();
}

async function decide(event) {
  const form = event.target.closest("form[data-decision]");
  if (!form) return;
  event.preventDefault();
  const notice = form.querySelector(".notice");
  notice.textContent = lacking(form);
  if (notice.textContent) return;
  const said = new URLSearchParams(new FormData(form, event.submitter));
  const card = form.closest("[id]").id, number = ++asked;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: said });
    const html = await answer.text();
    if (answer.ok) {
      delete form.dataset.touched;
      document.activeElement.blur();
      show(html, number);
      document.getElementById(card)?.querySelector(".pending")?.focus({ preventScroll: true });
      return;
    }
    notice.textContent = said_by(html) || `Not done (${answer.status}).`;
  } catch { notice.textContent = "The workbench cannot be reached. Nothing was recorded."; }
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  target.scrollIntoView({ block: "center" });
  target.classList.add("found");
  setTimeout(() => target.classList.remove("found"), 2400);
}

document.addEventListener("submit", decide);
document.addEventListener("submit", play);
document.addEventListener("input", (event) => { const form = event.target.closest("form"); if (form) form.dataset.touched = "1"; });
document.addEventListener("change", (event) => { if (event.target.matches("select[data-submit]")) event.target.form.submit(); });
window.addEventListener("hashchange", reveal);
reveal();

const stream = new EventSource(`/stream?since=${encodeURIComponent(document.body.dataset.version)}`);
const line = document.getElementById("connection");
stream.onopen = () => { line.dataset.state = "live"; line.textContent = "live"; };
stream.onerror = () => { line.dataset.state = "away"; line.textContent = "reconnecting"; };
stream.addEventListener("reset", refresh);
stream.addEventListener("changed", (event) => {
  const mine = document.body.dataset.encounter, { encounters } = JSON.parse(event.data);
  if (!mine || encounters.includes(mine)) refresh(); else refreshLater();
});
window.addEventListener("pagehide", () => stream.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
