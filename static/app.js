// What pages cannot do by themselves. Everything works without this file,
// except: answers in place, copying, counting down, and keys.
"use strict";

(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const on = (event, does, options) => document.addEventListener(event, does, options);

  // ---- Trusted Types ----------------------------------------------------
  // htmx alone may turn answers into markup. It never needs to evaluate text,
  // so what would do that (hx-on, js: values, event filters) throws.
  htmx.registerExtension("trusted", {
    init: (api) => {
      if (!window.trustedTypes) return;
      const never = { call: () => { throw new EvalError("attributes are not evaluated here"); } };
      const policy = trustedTypes.createPolicy("htmx", { createHTML: (s) => s, createScript: () => "" });
      api.initSecurity(policy, function () { return never; }, function () { return never; });
    },
  });

  // ---- Words ------------------------------------------------------------
  // Said to screen readers; the pause makes the same words count as new ones.
  const say = (words) => {
    $("#said").textContent = "";
    setTimeout(() => { $("#said").textContent = words; }, 50);
  };

  // A toast made here looks like the server's. It goes by itself, unless
  // somebody is reading it or it tells of a failure.
  const fade = (toast) => {
    if (toast.classList.contains("toast-bad")) return;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 12000);
  };
  const fail = (words) => {
    const toast = document.createElement("div");
    const text = document.createElement("p");
    const close = document.createElement("button");
    toast.className = "toast toast-bad";
    text.textContent = words;
    Object.assign(close, { type: "button", className: "btn-bare", textContent: "×" });
    close.setAttribute("aria-label", "Close");
    close.dataset.close = "";
    toast.append(text, close);
    $("#toasts").replaceChildren(toast);
  };

  // ---- Dialogs ----------------------------------------------------------
  // While a dialog is being sent its button says so, and nothing closes it: who
  // cannot see it would not know that the action goes on.
  const busy = (form) => {
    form.setAttribute("aria-busy", "true");
    const send = $("[type=submit]", form);
    send.dataset.words = send.textContent;
    send.textContent = "Sending…";
    $("[command=close]", form).disabled = true;
  };
  const idle = (form) => {
    const send = $("[type=submit]", form);
    form.removeAttribute("aria-busy");
    if (send.dataset.words) send.textContent = send.dataset.words;
    $("[command=close]", form).disabled = false;
  };
  const stay = (e) => { if ($("dialog[open] [aria-busy]")) e.preventDefault(); };
  on("cancel", stay, true);
  on("keydown", (e) => { if (e.key === "Escape") stay(e); }, true);
  on("submit", (e) => { if (e.target.matches("dialog form:not([hx-post])")) busy(e.target); });

  // ---- Requests ---------------------------------------------------------
  let waiting = 0;
  const waitingPlace = (source) => $(".waiting", source) || $("#said");

  // Whoever follows a link has stopped searching. An answer could only come too
  // late, and the browser would report it as a failure.
  let left = -Infinity;
  addEventListener("beforeunload", () => {
    left = performance.now();
    $("#q")?.dispatchEvent(new Event("htmx:abort"));
  });

  on("htmx:before:request", (e) => {
    const source = e.detail.ctx.sourceElement;
    if (source.id === "q" && performance.now() - left < 1000) return e.preventDefault();
    if (source.matches("[data-follow]")) {
      if (document.hidden) return e.preventDefault();
      e.detail.ctx.request.headers["Keydesk-Glance"] = "1"; // is no use of the session
      return;
    }
    // A part of a page is asked for as a part: where that fails the answer is a
    // notice, and what the page shows stays.
    if (e.detail.ctx.select && !e.detail.ctx.whole) e.detail.ctx.request.headers["HX-Request-Type"] = "partial";
    $("#notice").replaceChildren();
    if (source.matches("dialog form")) {
      $("[role=alert]", source).replaceChildren();
      busy(source);
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => { waitingPlace(source).textContent = "Waiting for Okta…"; }, 2000);
  });
  on("htmx:finally:request", (e) => {
    const source = e.detail.ctx.sourceElement;
    if (source.matches("[data-follow]")) return;
    clearTimeout(waiting);
    if (source.matches("dialog form")) idle(source);
    const place = waitingPlace(source);
    if (place.textContent.startsWith("Waiting")) place.textContent = "";
  });

  // No answer at all. A change may have got through, so nothing is promised.
  on("htmx:error", (e) => {
    const ctx = e.detail.ctx;
    if (!ctx?.request || ctx.sourceElement.matches("[data-follow]")) return;
    const sent = ctx.request.method !== "GET";
    const words = "The console could not be reached. " +
      (sent ? "The action may have been received; reload the page." : "Nothing was changed.");
    const place = ctx.sourceElement.matches("dialog form") && $("[role=alert]", ctx.sourceElement);
    if (!place) return fail(words);
    const line = document.createElement("p");
    line.className = "wrong";
    line.textContent = words;
    place.replaceChildren(line);
  });

  // What is wide is folded away on a telephone, until it is asked for.
  const fold = (part) => {
    if (matchMedia("(width < 600px)").matches) part.querySelectorAll("[data-wide]").forEach((d) => { d.open = false; });
  };

  // What was followed has come to its end: the page is shown as it is now, unless
  // somebody is at work in it.
  const ended = (source) => {
    if (!source.matches?.("[data-followed]:not([data-follow])")) return;
    say("It is done.");
    if ($("#main :focus, dialog[open]")) return;
    htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main > *", whole: true });
  };

  on("htmx:after:swap", (e) => {
    ended(e.detail.ctx.sourceElement);
    fold(e.detail.ctx.target);
    const main = $("#main");
    const head = $("[data-title]", main);
    if (head && e.detail.ctx.target === main) {
      document.title = head.dataset.title + " · Keydesk";
      for (const a of document.querySelectorAll("a[data-nav]")) {
        if (a.dataset.nav === head.dataset.nav) a.setAttribute("aria-current", "page");
        else a.removeAttribute("aria-current");
      }
    }
    const found = $("[data-say]", e.detail.ctx.target);
    if (found && main.contains(e.detail.ctx.target)) say(found.dataset.say);
    // An answer about the whole page must not hide behind a dialog; what was
    // typed into that stays, and its button opens it again.
    if ($("#notice").firstElementChild) {
      $("dialog:modal")?.close();
      $("#notice .note")?.focus();
    }
    if (document.activeElement === document.body) $("#person #name")?.focus();
    document.querySelectorAll(".toast:not([data-seen])").forEach((toast) => {
      toast.dataset.seen = "";
      fade(toast);
    });
    countDown();
  });

  // ---- Countdown --------------------------------------------------------
  const tick = (place, end) => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!place.isConnected) return;
    $("span", place).textContent = left > 0 ? `Try again in ${left} s.` : "You can try again now.";
    if (left > 0) setTimeout(tick, 250, place, end);
  };
  const countDown = () => document.querySelectorAll(".countdown[data-until]").forEach((place) => {
    const length = Date.parse(place.dataset.until) - Date.parse(place.dataset.now);
    place.removeAttribute("data-until");
    tick(place, performance.now() + length);
  });

  // ---- Clicks -----------------------------------------------------------
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (button) => {
    const from = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.textContent.trim());
    } catch {
      select(from); // the browser forbids it: one key is left to press
      return say("Selected. Press Ctrl+C to copy.");
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
    say("Copied: " + button.dataset.what);
  };
  on("click", (e) => {
    const button = e.target.closest?.("button");
    if (button?.dataset.copy) copy(button);
    if (button?.dataset.show) reveal(button);
    if (button && "close" in button.dataset) button.closest(".toast").remove();
  });

  // A choice that narrows a list needs no button; what is typed waits for Enter.
  on("change", (e) => { if (e.target.matches("form[data-live] :is(select, [type=checkbox])")) e.target.form.requestSubmit(); });

  // ---- Keys -------------------------------------------------------------
  const links = () => [...document.querySelectorAll("a.hit")];
  // Wherever the focus is in a row, that row is where the walk goes on.
  const here = (all) => {
    const row = document.activeElement.closest("tr, li");
    return row ? all.findIndex((a) => row.contains(a)) : -1;
  };
  const walk = (step) => {
    const all = links();
    const at = here(all) + step;
    if (at < 0) $("#q").focus();
    else all[Math.min(at, all.length - 1)]?.focus();
    return all.length > 0;
  };
  const visit = (nav) => () => $(`a[data-nav="${nav}"]`)?.click();
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  const single = {
    "/": () => $("#q")?.select(),
    "?": () => $("#keys")?.showModal(),
    j: () => walk(1),
    k: () => walk(-1),
  };
  const tab = (n) => $(`.tabs a:nth-of-type(${n})`)?.click();
  const afterG = { h: visit("home"), u: visit("users"), r: visit("roles"), v: visit("reviews"), a: visit("audit") };
  let g = 0; // when g was pressed

  // A single hit for exactly what is typed needs no second key.
  const onlyHit = (field) => {
    const shown = new URLSearchParams(location.search).get("q");
    return location.pathname === "/users" && shown === field.value.trim() && links().length === 1 && links()[0];
  };

  // The arrows walk from anywhere beside the results; in a field, a menu and
  // everywhere else they are the browser's own.
  const inResults = (at) => at.closest?.("#main") && !at.closest("input, select, textarea, [popover]");

  on("keydown", (e) => {
    const field = e.target.matches?.("input, select, textarea");
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || $("dialog[open]")) return;
    if (e.key in steps && (e.target.id === "q" || inResults(e.target))) {
      if (walk(steps[e.key])) e.preventDefault();
      return;
    }
    if (e.key === "Enter" && e.target.id === "q" && onlyHit(e.target)) {
      e.preventDefault();
      onlyHit(e.target).click();
      return;
    }
    if (field) return;
    const does = (e.timeStamp - g < 1000 && afterG[e.key]) || single[e.key];
    g = e.key === "g" ? e.timeStamp : 0;
    if (does) {
      e.preventDefault();
      does();
    } else if (/^[1-6]$/.test(e.key)) {
      tab(e.key);
    }
  });

  // ---- The counter ------------------------------------------------------
  // The page on which a person types must not stand open when they walk away.
  // The server counts by itself; what it is told is never older than a quarter
  // of a minute, and never younger than what is counted here.
  const counter = $("form[data-idle]");
  const watch = (form) => {
    const allowed = Number(form.dataset.idle) * 1000;
    const closing = $("#closing");
    let last = Date.now(); // when a key was pressed
    let told = 0; // when the server heard of one; the page itself is the first
    let warned = false;
    const stop = () => { clearInterval(clock); $("#stop").submit(); };
    const tell = () => {
      told = Date.now();
      fetch(form.dataset.alive).then((answer) => { if (!answer.ok || answer.redirected) stop(); }, () => {});
    };
    const clock = setInterval(() => {
      const now = Date.now();
      if (last > told && now - told >= 15000) tell();
      const left = Math.ceil((last + allowed - now) / 1000);
      closing.hidden = left > 30;
      $("span", closing).textContent = `This page closes in ${left} s. Press any key to keep it open.`;
      if (left <= 30 && !warned) say(closing.textContent.trim());
      warned = left <= 30;
      if (left <= 0) stop();
    }, 1000);
    for (const event of ["keydown", "input", "pointerdown"]) on(event, () => { last = Date.now(); });
    form.addEventListener("submit", () => clearInterval(clock));
  };
  if (counter) watch(counter);

  // ---- The session ------------------------------------------------------
  // The server is asked twice a minute how long the session goes on; asking does
  // not make it longer. When it has ended the page shows nothing of anybody, and
  // what was typed waits here, in memory alone, for the same operator.
  const session = document.body.dataset.session;
  const ending = $("#ending");
  let who = ""; // whose session the page was drawn for
  let typed = null; // the forms as they were; set while the session is over

  const filled = (form) => [...form.elements].filter((f) => f.name && !["hidden", "password", "submit"].includes(f.type));
  const touched = (f) => (f.type === "checkbox" || f.type === "radio" ? f.checked !== f.defaultChecked : f.value !== (f.defaultValue ?? f.value));
  const place = (form) => form.closest("dialog")?.id || form.getAttribute("action");
  const remember = () => [...document.querySelectorAll("#main form")].filter((f) => f.closest("dialog[open]") || filled(f).some(touched)).map((form) => ({
    place: place(form), open: !!form.closest("dialog[open]"),
    fields: filled(form).map((f) => ({ name: f.name, value: f.value, checked: f.checked })),
  }));
  const bringBack = (saved) => saved.forEach((was) => {
    const form = [...document.querySelectorAll("#main form")].find((f) => place(f) === was.place);
    if (!form) return;
    filled(form).forEach((f) => {
      const box = f.type === "checkbox" || f.type === "radio";
      const old = was.fields.find((o) => o.name === f.name && (!box || o.value === f.value));
      if (!old) return;
      if (box) f.checked = old.checked;
      else f.value = old.value;
    });
    if (was.open && !$("dialog[open]")) form.closest("dialog")?.showModal();
  });

  const over = () => {
    if (typed) return;
    typed = remember();
    ending.hidden = true;
    document.querySelectorAll("#main, #notice, #toasts, #said").forEach((part) => part.replaceChildren());
    document.title = "Signed out · Keydesk";
    if ($("#q")) $("#q").value = "";
    $("#main").append($("#over").content.cloneNode(true));
    const head = document.createElement("h1");
    head.textContent = "Your session has ended";
    $("#gone").before(head);
    $("#typed").hidden = typed.length === 0;
    $("#main").focus();
  };
  const again = async (state) => {
    if (state.who !== who || typed.length === 0) return location.reload();
    const saved = typed;
    typed = null;
    await htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main > *", whole: true });
    bringBack(saved);
    say("You are signed in again. What you typed is here; nothing was sent.");
  };
  const warn = (state) => {
    ending.hidden = state.left > 120;
    if (ending.hidden) return;
    $("span", ending).textContent = state.left > 60 ? `You will be signed out in ${Math.ceil(state.left / 60)} minutes.` : "You will be signed out in less than a minute.";
    $("#stay").hidden = state.last;
    $("#renew").hidden = !state.last;
  };
  const look = async () => {
    let answer;
    try {
      answer = await fetch(session);
    } catch {
      return; // no answer tells nothing
    }
    if (!answer.ok) return;
    const state = await answer.json();
    if (state.left <= 0) return over();
    who ||= state.who;
    if (typed) again(state);
    else if (state.who !== who) location.reload();
    else warn(state);
  };
  if (session) {
    look();
    setInterval(look, 30000);
    setInterval(() => { if (typed) look(); }, 3000);
    on("visibilitychange", () => { if (!document.hidden) look(); });
    addEventListener("focus", look);
    $("#stay").addEventListener("click", async () => {
      await fetch(session, { method: "POST" }).catch(() => {});
      look();
    });
    // A form that is answered so stays where it is, until its operator is back.
    on("htmx:before:response", (e) => {
      if (e.detail.ctx.response.status !== 401 || e.detail.ctx.request.method === "GET") return;
      e.preventDefault();
      over();
    });
  }

  // What was typed can be looked at, as long as its button is pressed.
  const reveal = (button) => {
    const field = document.getElementById(button.dataset.show);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  };

  // ---- The page itself --------------------------------------------------
  // A page out of the browser's memory may show what its reader may no longer
  // see: it is asked for again.
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

  // A form that came back with a problem, without script, stands open in the
  // page; with script it is a dialog again.
  document.querySelectorAll("dialog[open]").forEach((d) => { d.close(); d.showModal(); });
  // What was typed before htmx was there to hear it is searched for as well;
  // htmx starts in a timeout that was set before this one.
  setTimeout(() => {
    const q = $("#q");
    if (q && q.value !== q.defaultValue) q.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.querySelectorAll(".toast").forEach(fade);
  fold(document);
  document.documentElement.classList.add("js");
  countDown();
})();
