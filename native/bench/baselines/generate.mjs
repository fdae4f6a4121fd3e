// Reads an exported persona with @huggingface/gguf, then tokenises and generates with another build of llama.cpp.
// usage: node generate.mjs FILE.gguf "what somebody says"
import { gguf } from "@huggingface/gguf";
import { getLlama, LlamaText, SpecialTokensText } from "node-llama-cpp";

const [file, said] = process.argv.slice(2);
const { metadata, tensorInfos } = await gguf(file, { allowLocalFile: true });
const persona = metadata["kaiaku.persona"];

const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: file });
const sequence = (await model.createContext({ contextSize: 1024 })).getSequence();
const prompt = LlamaText([
  new SpecialTokensText("<|im_start|>"), `user\n[you]: ${said}`, new SpecialTokensText("<|im_end|>"), "\n",
  new SpecialTokensText("<|im_start|>"), "assistant\n",
]);
const reply = [];
for await (const token of sequence.evaluate(prompt.tokenize(model.tokenizer), { temperature: 0 })) {
  if (model.isEogToken(token) || reply.length === 64) break;
  reply.push(token);
}
console.log(JSON.stringify({
  persona,
  architecture: metadata["general.architecture"],
  tensors: tensorInfos.length,
  reply: model.detokenize(reply),
  ended: reply.length < 64,
}));
process.exit(0);
