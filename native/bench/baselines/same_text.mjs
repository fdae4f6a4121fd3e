// Compares what both engines of `kaiaku-train chat` say at temperature 0 with another build of llama.cpp, on the same file.
//   npm install --omit=optional @huggingface/gguf@0.4.6 node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
//   node same_text.mjs FOLDER_OF_NODE_MODULES KAIAKU_TRAIN FILE.gguf...        (files whose format is ChatML)
// Where texts part, the two likeliest tokens there are shown with their probabilities: rounding decides between near ties.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const MESSAGE = "hi, who are you?";
const TOKENS = 40;

const [modules, program, ...files] = process.argv.slice(2);
const { gguf } = createRequire(path.resolve(modules, "x.js"))("@huggingface/gguf");
const { getLlama } = await import(pathToFileURL(path.resolve(modules, "node_modules/node-llama-cpp/dist/index.js")).href);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });

function said(engine, file) {
  const options = ["--engine", engine, "--as", "ana", "--prompt", MESSAGE, "--temperature", "0", "--max-tokens", `${TOKENS}`];
  return execFileSync(program, ["chat", file, ...options], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

async function written(model, prompt) {
  const sequence = (await model.createContext({ contextSize: 512, threads: 2 })).getSequence();
  const reply = [];
  const ties = [];
  let input = model.tokenize(prompt, true);
  while (reply.length < TOKENS) {
    const wanted = [...input.slice(0, -1), [input.at(-1), { generateNext: { token: true, probabilities: true } }]];
    const { token, probabilities } = (await sequence.controlledEvaluate(wanted)).at(-1).next;
    const [best, second] = [...probabilities].slice(0, 2);
    if (model.isEogToken(best[0])) break;
    reply.push(best[0]);
    ties.push([best, second].map(([id, p]) => [model.detokenize([id]), Number(p.toFixed(4))]));
    input = [best[0]];
  }
  return { text: model.detokenize(reply).trim(), ties };
}

function parting(a, b) {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

let same = true;
for (const file of files) {
  const { metadata } = await gguf(file, { allowLocalFile: true });
  const system = metadata["kaiaku.system"] ? `<|im_start|>system\n${metadata["kaiaku.system"]}<|im_end|>\n` : "";
  const model = await llama.loadModel({ modelPath: file });
  const prompt = `${system}<|im_start|>user\n[ana]: ${MESSAGE}<|im_end|>\n<|im_start|>assistant\n`;
  const other = await written(model, prompt);
  const result = { file: path.basename(file), node_llama_cpp: other.text };
  for (const engine of ["java-llama", "libllama"]) {
    const text = said(engine, file);
    result[engine] = text === other.text ? "same" : text;
    if (text !== other.text) {
      const at = parting(text, other.text);
      const token = other.ties.findIndex((_, i) => other.ties.slice(0, i + 1).map(([[piece]]) => piece).join("").trim().length > at);
      result[`${engine}_parts_at`] = { character: at, likeliest: other.ties[token] };
      same = false;
    }
  }
  console.log(JSON.stringify(result));
}
process.exit(same ? 0 : 1);
