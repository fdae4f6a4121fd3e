"use strict";

const byId = (id) => document.getElementById(id);
const log = byId("log");
const text = byId("text");

/** What was said: {author, text} of people, {persona: true, text} of the persona, one entry a message. */
let said = [];
let people = ["you"];
let speaker = "you";
let persona = "…";
let writing = null;
let attempts = 0;

/** Most messages that a request takes along. */
const MOST_MESSAGES = 500;

const settings = {
  temperature: 0.8, maxTokens: 256, seed: "", pauses: true, theme: "auto",
  ...JSON.parse(localStorage.getItem("kaiaku-settings") || "{}"),
};

/** An element with a class and a text; texts are only ever set as text. */
function element(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

function colour(author) {
  let sum = 0;
  for (const char of author) sum = (sum * 31 + char.codePointAt(0)) % 6;
  return "c" + sum;
}

function atEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

/** Adds a bubble and returns it. */
function bubble(author, content, fromPersona) {
  const follow = atEnd();
  byId("empty").hidden = true;
  const last = log.querySelector(".message:last-of-type");
  const first = !last || last.dataset.author !== author || last.classList.contains("mine") === fromPersona;
  const message = element("div", "message" + (fromPersona ? "" : " mine") + (first ? " first" : ""));
  message.dataset.author = author;
  if (first) {
    const name = element("span", "author " + colour(author), author);
    if (fromPersona) name.append(element("span", "badge", "machine"));
    message.append(name);
  }
  const inner = element("div", "bubble", content);
  message.append(inner);
  log.append(message);
  if (follow) log.scrollTop = log.scrollHeight;
  return inner;
}

function removeAgain() {
  log.querySelectorAll(".again").forEach((button) => button.remove());
}

function offerAgain() {
  removeAgain();
  const again = element("button", "again", "↻ Another reply");
  again.type = "button";
  again.addEventListener("click", regenerate);
  log.append(again);
  if (atEnd()) log.scrollTop = log.scrollHeight;
}

function redraw() {
  log.querySelectorAll(".message, .again").forEach((old) => old.remove());
  for (const one of said) bubble(one.persona ? persona : one.author, one.text, one.persona);
  byId("empty").hidden = said.length > 0;
}

function notice(message) {
  byId("notice").textContent = message;
}

function headers() {
  const token = sessionStorage.getItem("kaiaku-token");
  const all = { "Content-Type": "application/json" };
  if (token) all.Authorization = "Bearer " + token;
  return all;
}

function request() {
  const messages = said.slice(-MOST_MESSAGES).map((one) => one.persona
    ? { role: "assistant", content: one.text }
    : { role: "user", name: one.author, content: one.text });
  const body = {
    messages, stream: true, temperature: Number(settings.temperature), max_tokens: Number(settings.maxTokens),
  };
  if (settings.seed !== "") body.seed = Number(settings.seed) + attempts;
  return JSON.stringify(body);
}

/** The JSON of every server-sent event of an answer. */
async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue;
      const event = JSON.parse(line.slice(6));
      if (event.error) throw new Error(event.error.message);
      yield event;
    }
  }
}

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

async function reply() {
  if (writing) return;
  const stopping = new AbortController();
  writing = stopping;
  busy(true);
  removeAgain();
  notice("");
  let typing = bubble(persona, "", true).parentElement;
  typing.classList.add("typing");
  let current = -1;
  try {
    const answer = await fetch("/v1/chat/completions", {
      method: "POST", headers: headers(), body: request(), signal: stopping.signal,
    });
    if (!answer.ok) throw await failure(answer);
    for await (const event of events(answer)) {
      const delta = event.choices && event.choices[0] && event.choices[0].delta;
      if (!delta || !delta.content) continue;
      if (delta.message !== current) {
        if (current >= 0) {
          typing = bubble(persona, "", true).parentElement;
          typing.classList.add("typing");
          if (settings.pauses) await pause(Math.min(1500, 300 + 20 * said[said.length - 1].text.length));
        }
        stopping.signal.throwIfAborted();
        current = delta.message;
        typing.classList.remove("typing");
        said.push({ persona: true, text: "" });
      }
      const follow = atEnd();
      const last = said[said.length - 1];
      last.text += last.text ? delta.content : delta.content.replace(/^\n/, "");
      typing.querySelector(".bubble").textContent = last.text;
      if (follow) log.scrollTop = log.scrollHeight;
    }
    if (current < 0) notice(persona + " has nothing to say to that.");
  } catch (error) {
    notice(error.name === "AbortError" ? "Stopped." : error.message);
  } finally {
    log.querySelectorAll(".typing").forEach((message) => message.remove());
    writing = null;
    busy(false);
    if (said.length && said[said.length - 1].persona) offerAgain();
  }
}

async function failure(answer) {
  if (answer.status === 401) {
    byId("settings").showModal();
    byId("token").focus();
    return new Error("This server asks for a token.");
  }
  const body = await answer.json().catch(() => ({}));
  return new Error(body.error ? body.error.message : "The server answered " + answer.status + ".");
}

function regenerate() {
  attempts++;
  while (said.length && said[said.length - 1].persona) said.pop();
  redraw();
  reply();
}

function busy(now) {
  // A screen reader reads a reply when it is whole.
  log.setAttribute("aria-busy", String(now));
  byId("stop").hidden = !now;
  byId("send").hidden = now;
  byId("hear").disabled = now;
}

function say(wantReply) {
  const content = text.value.trim();
  if (writing) return;
  attempts = 0;
  if (content) {
    said.push({ author: speaker, text: content });
    bubble(speaker, content, false);
    text.value = "";
    grow();
    log.scrollTop = log.scrollHeight;
  }
  removeAgain();
  if (wantReply && said.length && !said[said.length - 1].persona) reply();
}

function grow() {
  text.style.height = "auto";
  text.style.height = text.scrollHeight + 2 + "px";
}

function showPeople() {
  const group = byId("people");
  group.replaceChildren();
  for (const one of people) {
    const chip = element("button", colour(one), one);
    chip.type = "button";
    chip.setAttribute("aria-pressed", String(one === speaker));
    chip.addEventListener("click", () => { speaker = one; showPeople(); text.focus(); });
    group.append(chip);
  }
  const add = element("button", "", "+ person");
  add.type = "button";
  add.addEventListener("click", () => {
    const name = (prompt("Name") || "").trim().slice(0, 60);
    if (!name) return;
    if (!people.includes(name)) people.push(name);
    speaker = name;
    showPeople();
    text.focus();
  });
  group.append(add);
}

function theme() {
  const dark = settings.theme === "dark"
    || (settings.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function bindSettings() {
  const fields = { temperature: "temperature", maxTokens: "max-tokens", seed: "seed", theme: "theme" };
  for (const [key, id] of Object.entries(fields)) {
    byId(id).value = settings[key];
    byId(id).addEventListener("input", () => { settings[key] = byId(id).value; keep(); });
  }
  byId("pauses").checked = settings.pauses;
  byId("pauses").addEventListener("change", () => { settings.pauses = byId("pauses").checked; keep(); });
  byId("token").value = sessionStorage.getItem("kaiaku-token") || "";
  byId("token").addEventListener("change", () => {
    sessionStorage.setItem("kaiaku-token", byId("token").value);
    meet();
  });
  keep();
}

function keep() {
  localStorage.setItem("kaiaku-settings", JSON.stringify(settings));
  byId("temperature-shown").textContent = settings.temperature;
  theme();
}

/** Asks who the persona is. */
async function meet() {
  try {
    const answer = await fetch("/v1/models", { headers: headers() });
    if (!answer.ok) throw await failure(answer);
    persona = (await answer.json()).data[0].id;
    byId("name").textContent = persona;
    byId("label").textContent = "a machine imitating " + persona;
    byId("avatar").textContent = [...persona][0] || "?";
    document.title = persona + " (a machine)";
    notice("");
  } catch (error) {
    notice(error.message);
  }
}

byId("composer").addEventListener("submit", (event) => { event.preventDefault(); say(true); });
byId("hear").addEventListener("click", () => say(false));
byId("stop").addEventListener("click", () => writing && writing.abort());
byId("new").addEventListener("click", () => { if (writing) writing.abort(); said = []; redraw(); notice(""); });
byId("open-settings").addEventListener("click", () => byId("settings").showModal());
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(true); }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);

showPeople();
bindSettings();
meet();
