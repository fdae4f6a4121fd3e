// Reads exported GGUF files with @huggingface/gguf and lets another build of llama.cpp reply to one line.
//   npm install --omit=optional @huggingface/gguf@0.4.6 node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
//   node check_gguf.mjs FOLDER_OF_NODE_MODULES FILE.gguf...
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, "x.js"));
const load = async (name) => import(pathToFileURL(path.resolve(modules, "node_modules", name)).href);
const { gguf } = require("@huggingface/gguf");
const { getLlama } = await load("node-llama-cpp/dist/index.js");
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });

for (const file of files) {
  const { metadata, tensorInfos } = await gguf(file, { allowLocalFile: true });
  const model = await llama.loadModel({ modelPath: file });
  const sequence = (await model.createContext({ contextSize: 512, threads: 2 })).getSequence();
  const prompt = "<|im_start|>user\n[ana]: hi, who are you?<|im_end|>\n<|im_start|>assistant\n";
  const reply = [];
  for await (const token of sequence.evaluate(model.tokenize(prompt, true), { temperature: 0 })) {
    if (model.isEogToken(token) || reply.length === 40) break;
    reply.push(token);
  }
  console.log(
    JSON.stringify({
      file: path.basename(file),
      architecture: metadata["general.architecture"],
      persona: metadata["kaiaku.persona"],
      format: metadata["kaiaku.format"],
      tensors: tensorInfos.length,
      endOfTurn: model.detokenize([model.tokens.eos], true),
      reply: model.detokenize(reply),
    }),
  );
}
process.exit(0);
