"use strict";

const byId = (id) => document.getElementById(id);

let judge = "";
let question = null;
let waiting = false;

/** An element with a class and a text; texts are only ever set as text. */
function element(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

function show(id) {
  for (const part of ["start", "round", "end"]) byId(part).hidden = part !== id;
}

async function fetchJson(path, body) {
  const response = await fetch(path, body && {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ? answer.error.message : "error " + response.status);
  return answer;
}

/** Runs one request at a time; what goes wrong is said below the page. */
async function once(work) {
  if (waiting) return;
  waiting = true;
  byId("left").disabled = byId("right").disabled = true;
  byId("notice").textContent = "";
  try {
    await work();
  } catch (error) {
    byId("notice").textContent = error.message;
  } finally {
    waiting = false;
    byId("left").disabled = byId("right").disabled = false;
  }
}

async function ask(next) {
  byId("bar").hidden = false;
  byId("bar").max = next.rounds;
  byId("bar").value = next.done ? next.rounds : next.number;
  if (next.done) return results();
  question = next;
  byId("progress").textContent = `Question ${next.number + 1} of ${next.rounds}`;
  byId("ask").textContent = `Which reply did ${next.persona} write?`;
  byId("context").replaceChildren(...next.context.map((said) => {
    const line = element("div", "said" + (said.own ? " own" : ""));
    line.append(element("b", "", said.author), element("span", "", said.text));
    return line;
  }));
  for (const side of ["left", "right"]) byId(side).lastElementChild.textContent = next[side].join("\n") || "(nothing)";
  show("round");
  byId("context").scrollTop = byId("context").scrollHeight;
}

function choose(side) {
  if (question === null) return;
  once(async () => ask(await fetchJson("/answer", { judge, number: question.number, side })));
}

function percent(share) {
  return share === undefined ? "–" : (100 * share).toFixed(0) + " %";
}

async function results() {
  const found = await fetchJson("/results");
  question = null;
  const rows = [...found.judges, found.pooled].map((result, i) => {
    const row = element("tr", i === found.judges.length ? "all" : "");
    const range = result.asked ? `${percent(result.low)} to ${percent(result.high)}` : "–";
    for (const text of [result.judge, `${result.right} of ${result.asked}`, percent(result.share), range,
      result.asked ? result.verdict : ""]) {
      row.append(element("td", "", text));
    }
    return row;
  });
  byId("results").replaceChildren(...rows);
  const mine = found.judges.find((result) => result.judge === judge);
  byId("verdict").textContent = mine
    ? `${judge} recognised ${mine.right} of ${mine.asked} replies and ${mine.verdict}.` : "";
  byId("progress").textContent = "";
  show("end");
}

byId("start").addEventListener("submit", (event) => {
  event.preventDefault();
  judge = byId("judge").value.trim();
  if (judge) once(async () => ask(await fetchJson("/next", { judge })));
});
byId("left").addEventListener("click", () => choose("left"));
byId("right").addEventListener("click", () => choose("right"));
byId("finish").addEventListener("click", () => once(results));
byId("another").addEventListener("click", () => {
  byId("judge").value = "";
  byId("bar").hidden = true;
  show("start");
  byId("judge").focus();
});
document.addEventListener("keydown", (event) => {
  if (byId("round").hidden || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "1" || event.key === "ArrowLeft") choose("left");
  if (event.key === "2" || event.key === "ArrowRight") choose("right");
});
