// Deciding in a review without waiting. Without this file every decision is a form
// that is sent; with it a key decides, the next item has the focus at once, and the
// answer comes when it comes. What an answer says is what the item then shows.
"use strict";

(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const items = () => [...document.querySelectorAll(".items > .item")];
  const current = () => document.activeElement.closest?.(".item");
  const form = (item) => $("form.decide", item);
  const note = (item) => $("[name=note]", item);
  const name = (item) => $("h2", item).textContent.trim();
  const undecided = (item) => item.dataset.verdict === "" && form(item);
  const asks = (item, verdict) => item.parentElement.dataset.reasons.split(" ").includes(verdict);
  const enough = (item) => note(item).value.trim().length >= 3;
  const done = { keep: "Kept", revoke: "To be revoked", skip: "Skipped", "": "Taken back" };
  const say = (words) => {
    $("#said").textContent = "";
    setTimeout(() => { $("#said").textContent = words; }, 50);
  };

  // ---- What is shown ----------------------------------------------------
  const count = (step) => {
    const bar = $("#review-bar");
    if (!bar || step === 0) return;
    bar.value += step;
    $("#review-progress label").textContent = `Yours: ${bar.value} of ${bar.max} decided`;
  };
  const tally = (part, step) => {
    const n = $(`[data-tally="${part || "undecided"}"]`);
    if (n) n.textContent = String(Number(n.textContent) + step);
  };
  const paint = (item, verdict, words) => {
    count((verdict !== "") - (item.dataset.verdict !== ""));
    tally(item.dataset.verdict, -1);
    tally(verdict, 1);
    if (item.classList.contains("item-carried")) tally("carried", -1);
    const end = $("#review-more[data-end]");
    if (end) end.textContent = $("[data-tally=undecided]").textContent === "0" ? "All of yours is decided: go on" : "Show what is left";
    item.dataset.verdict = verdict;
    item.classList.remove("item-carried");
    $("[data-words]", item).textContent = words;
    for (const b of item.querySelectorAll("[aria-pressed]")) b.setAttribute("aria-pressed", String(b.value === verdict));
  };
  const problem = (item, words, way) => {
    const place = $(".item-problem", item);
    place.textContent = words;
    place.classList.remove("item-short");
    note(item)?.removeAttribute("aria-invalid");
    if (way) {
      const link = document.createElement("a");
      link.href = way;
      link.textContent = "Sign in again and go on";
      place.append(" ", link);
    }
  };
  // An item that comes back is told of above all of them too: whoever decided is
  // further down by now.
  const failed = (item, words, way) => {
    problem(item, words, way);
    const link = document.createElement("a");
    link.href = "#" + item.id;
    link.textContent = name(item);
    $("#review-failed").replaceChildren("Look at this again: ", link, ". " + words);
  };
  const rail = (left) => {
    const badge = $("#to-review .count");
    if (!badge) return;
    badge.firstChild.nodeValue = String(left);
    badge.hidden = left === 0;
  };

  // ---- Sending ----------------------------------------------------------
  // Decisions on one item go out one after the other, since each needs the version
  // that the one before it made. Those on different items do not wait for each other.
  const lines = new WeakMap();
  let open = 0;
  const post = async (item, verdict, why) => {
    const fields = form(item).elements;
    const body = new URLSearchParams({ verdict, note: why, version: fields.version.value, looked: String("looked" in item.dataset) });
    const answer = await fetch(form(item).action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status === 401) return { problem: "You are signed out, so this was not decided. Sign in, then decide again." };
    const now = await answer.json();
    fields.version.value = now.version;
    rail(now.left);
    return now;
  };
  const send = async (item, verdict, why, was) => {
    open++;
    let now;
    try {
      now = await post(item, verdict, why);
    } catch {
      now = { problem: "No answer came. Decide again: to send it twice does no harm." };
    }
    open--;
    if (now.version) paint(item, now.verdict, now.words);
    else paint(item, was.verdict, was.words);
    if (now.problem) failed(item, now.problem, now.fresh);
    else problem(item, "");
  };
  addEventListener("beforeunload", (e) => { if (open > 0) e.preventDefault(); });

  const before = []; // what was decided on this page, the last one at the end
  const decide = (item, verdict) => {
    if (!form(item) || (verdict === "" && undecided(item))) return false;
    if (verdict !== "" && asks(item, verdict) && !enough(item)) {
      ask(item, verdict);
      return false;
    }
    const was = { verdict: item.dataset.verdict, words: $("[data-words]", item).textContent };
    const why = verdict === "" ? "" : note(item).value;
    delete item.dataset.asking;
    paint(item, verdict, verdict === "" ? "" : "by you, just now");
    problem(item, "");
    if (verdict !== "") before.push(item);
    say(`${done[verdict]}: ${name(item)}.`);
    lines.set(item, (lines.get(item) || Promise.resolve()).then(() => send(item, verdict, why, was)));
    return true;
  };

  // ---- Reasons ----------------------------------------------------------
  const ask = (item, verdict) => {
    const sure = $("[data-sure]", item);
    sure.textContent = { keep: "Keep", revoke: "Revoke", skip: "Skip" }[verdict];
    sure.classList.toggle("btn-bad", verdict === "revoke");
    sure.classList.toggle("btn-main", verdict !== "revoke");
    const again = item.dataset.asking === verdict;
    item.dataset.asking = verdict;
    problem(item, again ? "Write a reason of three letters or more first." : `Say in a sentence why to ${verdict}.`);
    $(".item-problem", item).classList.toggle("item-short", again);
    if (again) note(item).setAttribute("aria-invalid", "true");
    note(item).focus();
    item.scrollIntoView({ block: "nearest" }); // with the buttons below the field
  };
  const cancel = (item) => {
    delete item.dataset.asking;
    problem(item, "");
    item.focus();
  };
  const sure = (item) => {
    const verdict = item.dataset.asking;
    if (!verdict) return problem(item, "Choose keep, revoke or skip.");
    if (decide(item, verdict)) onward(item);
  };
  const typing = (e, item) => {
    if (e.key === "Escape") cancel(item);
    if (e.key !== "Enter") return;
    e.preventDefault();
    sure(item);
  };

  // ---- Keys -------------------------------------------------------------
  // Whoever presses with a mouse finds the page where it was: a page that moves brings
  // the same button of the next item under the pointer.
  let pointed = false;
  document.addEventListener("click", (e) => {
    pointed = e.detail > 0;
    if (e.detail < 2 || !e.target.closest(".item button")) return;
    e.preventDefault(); // the second click of a double click, whatever lies under it by now
    e.stopPropagation();
  }, true);
  document.addEventListener("keydown", () => { pointed = false; }, true);
  const onward = (item) => {
    const all = items();
    const here = all.indexOf(item);
    const next = [...all.slice(here + 1), ...all.slice(0, here)].find(undecided);
    (next || $("#review-more") || item).focus({ preventScroll: pointed });
  };
  const first = () => (items().find(undecided) || items()[0])?.focus();
  const walk = (step) => () => {
    const all = items();
    const here = all.indexOf(current());
    if (here < 0) return first();
    all[Math.max(0, Math.min(here + step, all.length - 1))].focus();
  };
  // A key decides on the item that has the focus, and on nothing else.
  const verdict = (v) => () => {
    const item = current();
    if (!item) return first();
    if (decide(item, v)) onward(item);
  };
  // The focus has gone on by the time somebody sees what they did: there u takes back
  // what was decided last, wherever that is.
  const undo = () => {
    const item = current();
    const last = item && item.dataset.verdict !== "" ? item : before.findLast((i) => i.dataset.verdict !== "");
    if (!last) return say("Nothing was decided here yet.");
    if (decide(last, "")) last.focus();
  };
  const evidence = () => {
    const more = current() ? $("details", current()) : null;
    if (!more) return first();
    more.open = !more.open;
    if (more.open) more.scrollIntoView({ block: "nearest" });
  };
  const keys = { k: verdict("keep"), r: verdict("revoke"), s: verdict("skip"), u: undo, e: evidence, j: walk(1), ArrowDown: walk(1), ArrowUp: walk(-1) };
  let g = -Infinity; // when g was pressed: the key after it leads to a page
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || $("dialog[open]") || items().length === 0) return;
    if (e.target.name === "note") return typing(e, current());
    if (e.target.matches?.("input, select, textarea")) return;
    const leads = e.timeStamp - g < 1000;
    g = e.key === "g" ? e.timeStamp : -Infinity;
    if (leads || !(e.key in keys)) return;
    e.preventDefault();
    e.stopPropagation();
    keys[e.key]();
  }, true);
  document.addEventListener("submit", (e) => {
    if (!e.target.matches("form.decide")) return;
    e.preventDefault();
    const item = e.target.closest(".item");
    const v = e.submitter?.value ?? "";
    if (decide(item, v)) v === "" ? item.focus({ preventScroll: pointed }) : onward(item);
  });
  document.addEventListener("click", (e) => {
    const item = e.target.closest(".item");
    if (e.target.matches("[data-sure]")) sure(item);
    if (e.target.matches("[data-cancel]")) cancel(item);
  });
  document.addEventListener("toggle", (e) => {
    const item = e.target.closest?.(".item");
    if (item && e.target.open) item.dataset.looked = "";
  }, true);

  if (!location.hash) items().find(undecided)?.focus({ preventScroll: true });
})();
