// Every operation of a device in bf16 against the processor in f32, on the same values.
#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "device.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

// The table of tolerances, relative to the largest expected value. Values of bf16 keep 8 bits.
constexpr double kExact = 0;
constexpr double kF32 = 2e-5;         // f32 results of bf16 values
constexpr double kRounded = 0.005;    // f32 arithmetic, a result of bf16
constexpr double kTwice = 0.01;       // something of bf16 on the way as well
constexpr double kAttention = 0.015;  // probabilities of bf16 on the way

class Twins {
 public:
  explicit Twins(int32_t device)
      : is_gpu_(device >= 0),
        device_(open_backend(device)),
        scratch_(device_->allocate(backend_scratch(device) + 1, "scratch")) {
    device_->prepare(DType::kBf16, scratch_.get());
  }

  void linear() {
    struct Sizes {
      int64_t tokens, in, out;
    };
    for (const Sizes& s :
         {Sizes{1, 24, 40}, {7, 64, 72}, {33, 40, 24}, {130, 96, 136}, {5, 3, 17}, {70, 200, 9}}) {
      for (const DType type : {DType::kBf16, DType::kF32}) {
        for (const Store store : {Store::kOverwrite, Store::kAdd}) {
          Twin x(*this, s.tokens, s.in), w(*this, s.out, s.in), y(*this, s.tokens, s.out, type);
          Twin d_x(*this, s.tokens, s.in, type), d_y(*this, s.tokens, s.out),
              d_w(*this, s.out, s.in, DType::kF32);
          const std::vector<float> bias = random_.values(s.out);
          const DeviceArray<float> device_bias(*device_, bias);
          const std::string what = text("linear ", s.tokens, " x ", s.in, " -> ", s.out);
          device_->linear_forward(x.device, w.device, device_bias.data(), y.device, store);
          cpu_.linear_forward(x.cpu, w.cpu, bias.data(), y.cpu, store);
          y.check_near(what + " y", type == DType::kF32 ? kF32 : kTwice);
          device_->linear_backward_input(d_y.device, w.device, d_x.device, store);
          cpu_.linear_backward_input(d_y.cpu, w.cpu, d_x.cpu, store);
          d_x.check_near(what + " d_x", type == DType::kF32 ? kF32 : kTwice);
          device_->linear_backward_weight(d_y.device, x.device, d_w.device.floats());
          cpu_.linear_backward_weight(d_y.cpu, x.cpu, d_w.cpu);
          d_w.check_near(what + " d_w", kF32);
        }
      }
    }
  }

  void linear_of_columns() {
    Twin x(*this, 20, 64), w(*this, 16, 24), y(*this, 20, 48);
    for (const int64_t first : {0, 8, 3}) {
      device_->linear_forward(x.device.tensor().col_range(first, 24), w.device, nullptr,
                              y.device.tensor().col_range(first + 8, 16), Store::kOverwrite);
      cpu_.linear_forward(x.cpu.view().col_range(first, 24), w.cpu, nullptr,
                          y.cpu.view().col_range(first + 8, 16), Store::kOverwrite);
      y.check_near(text("columns from ", first), kRounded);
    }
  }

  void lora() {
    constexpr int64_t kTokens = 37, kIn = 48, kRank = 3;
    Twin x(*this, kTokens, kIn), a(*this, 2 * kRank, kIn), b0(*this, 16, kRank), b1(*this, 24, kRank);
    Twin d_a(*this, 2 * kRank, kIn, DType::kF32), d_b0(*this, 16, kRank, DType::kF32),
        d_b1(*this, 24, kRank, DType::kF32);
    Twin h(*this, kTokens, 2 * kRank), g(*this, kTokens, 2 * kRank), y(*this, kTokens, 56),
        d_y(*this, kTokens, 56), d_x(*this, kTokens, kIn);
    const LoraStack device{a.device,
                           d_a.device.floats(),
                           {{0, b0.device, d_b0.device.floats()}, {32, b1.device, d_b1.device.floats()}}};
    const LoraStack cpu{a.cpu, d_a.cpu, {{0, b0.cpu, d_b0.cpu}, {32, b1.cpu, d_b1.cpu}}};
    device_->lora_forward(device, 1.5f, x.device, h.device, y.device);
    cpu_.lora_forward(cpu, 1.5f, x.cpu, h.cpu, y.cpu);
    h.check_near("h", kRounded);
    y.check_near("y", kTwice);
    h.cpu.values = h.device.values();
    device_->lora_backward(device, 1.5f, d_y.device, x.device, h.device, g.device, d_x.device);
    cpu_.lora_backward(cpu, 1.5f, d_y.cpu, x.cpu, h.cpu, g.cpu, d_x.cpu);
    g.check_near("g", kRounded);
    d_x.check_near("d_x", kTwice);
    d_a.check_near("d_a", kRounded);
    d_b0.check_near("d_b0", kF32);
    d_b1.check_near("d_b1", kF32);
  }

  void dropout() {
    const Dropout dropout{0.3f, 77};
    Twin x(*this, 9, 3000), y(*this, 9, 3000), d_x(*this, 9, 3000);
    device_->dropout_forward(dropout, x.device, y.device);
    cpu_.dropout_forward(dropout, x.cpu, y.cpu);
    const std::vector<float> masked = y.device.values();
    for (size_t i = 0; i < masked.size(); ++i) {
      check((masked[i] == 0) == (y.cpu.values[i] == 0), "the mask at ", i);
    }
    y.check_near("y", kRounded);
    device_->dropout_backward(dropout, x.device, d_x.device);
    cpu_.dropout_backward(dropout, x.cpu, d_x.cpu);
    d_x.check_near("d_x", kRounded);
  }

  void rows() {
    Twin x(*this, 12, 2100, DType::kF32), y(*this, 5, 2100, DType::kF32), rounded(*this, 12, 2100);
    const std::vector<int32_t> ids = {11, 0, 7, 3, 4};
    const DeviceArray<int32_t> device_ids(*device_, ids);
    device_->gather_rows(x.device.floats(), device_ids.data(), y.device.floats());
    cpu_.gather_rows(x.cpu, ids.data(), y.cpu);
    y.check_near("gathered", kExact);
    device_->scale(y.device, 2.5f);
    cpu_.scale(y.cpu, 2.5f);
    y.check_near("scaled", kExact);
    device_->scatter_rows(y.device.floats(), device_ids.data(), x.device.floats());
    cpu_.scatter_rows(y.cpu, ids.data(), x.cpu);
    x.check_near("scattered", kExact);
    device_->copy(x.device, rounded.device);
    check(rounded.device.values() == DeviceMatrix(cpu_, DType::kBf16, 12, 2100, x.cpu.values).values(),
          "rounded");
    device_->zero(x.device.data(), 12 * 2100 * 4);
    for (const float value : x.device.values()) check(value == 0, "zero");
  }

  void stored_types() {
    for (const int32_t type : {KAIAKU_TYPE_F32, KAIAKU_TYPE_F16, KAIAKU_TYPE_BF16, KAIAKU_TYPE_Q4_0,
                               KAIAKU_TYPE_Q4_1, KAIAKU_TYPE_Q5_0, KAIAKU_TYPE_Q5_1, KAIAKU_TYPE_Q8_0,
                               KAIAKU_TYPE_Q4_K, KAIAKU_TYPE_Q5_K, KAIAKU_TYPE_Q6_K}) {
      constexpr int64_t kRows = 6, kCols = 512;
      const std::vector<uint8_t> bytes = random_bytes(type, kRows * kCols);
      const DeviceArray<uint8_t> device_bytes(*device_, bytes);
      const std::string name = stored_type(type)->name;
      for (const DType to : {DType::kF32, DType::kBf16}) {
        Twin values(*this, kRows, kCols, to), embedded(*this, 3, kCols, to);
        device_->dequantize({type, device_bytes.data(), nullptr, kRows, kCols}, values.device);
        cpu_.dequantize({type, bytes.data(), nullptr, kRows, kCols}, values.cpu);
        values.check_near(name, to == DType::kF32 ? kF32 : kRounded);
        const std::vector<int32_t> tokens = {5, 0, 5};
        const DeviceArray<int32_t> device_tokens(*device_, tokens);
        device_->embedding_forward({type, device_bytes.data(), nullptr, kRows, kCols}, device_tokens.data(),
                                   embedded.device);
        cpu_.embedding_forward({type, bytes.data(), nullptr, kRows, kCols}, tokens.data(), embedded.cpu);
        embedded.check_near("rows of " + name, to == DType::kF32 ? kF32 : kRounded);
      }
    }
  }

  void nf4() {
    for (const int64_t n : {64 * 300, 99 * 31}) {
      const std::vector<float> values = random_.values(n, 0.2f);
      const auto blocks = static_cast<size_t>((n + 63) / 64);
      std::vector<uint8_t> packed(static_cast<size_t>(n + 1) / 2), codes(blocks);
      std::vector<float> absmax(blocks), nested((blocks + 255) / 256);
      nf4_quantize(values.data(), n, packed.data(), absmax.data());
      const float offset = nf4_nest(absmax.data(), static_cast<int64_t>(blocks), codes.data(), nested.data());
      const DeviceArray<uint8_t> device_packed(*device_, packed), device_codes(*device_, codes);
      const DeviceArray<float> device_absmax(*device_, absmax), device_nested(*device_, nested);
      const DeviceArray<float> map(*device_, std::vector<float>(nf4_quant_map(), nf4_quant_map() + 16));
      const DeviceArray<float> nested_map(
          *device_, std::vector<float>(nf4_nested_quant_map(), nf4_nested_quant_map() + 256));
      for (const bool is_nested : {true, false}) {
        Nf4 cpu{64,
                256,
                offset,
                nf4_quant_map(),
                packed.data(),
                codes.data(),
                nested.data(),
                nf4_nested_quant_map()};
        Nf4 device{64,
                   256,
                   offset,
                   map.data(),
                   device_packed.data(),
                   device_codes.data(),
                   device_nested.data(),
                   nested_map.data()};
        if (!is_nested) {
          cpu.nested_block_size = device.nested_block_size = 0;
          cpu.absmax = absmax.data();
          device.absmax = device_absmax.data();
        }
        for (const DType type : {DType::kF32, DType::kBf16}) {
          const DeviceMatrix actual(*device_, type, 1, n), expected(cpu_, type, 1, n);
          device_->dequantize({0, nullptr, &device, 1, n}, actual);
          cpu_.dequantize({0, nullptr, &cpu, 1, n}, expected);
          check(actual.values() == expected.values(), "the processor's bits, n ", n);
        }
      }
    }
  }

  // Few rows on NF4 as it is, against the same values dequantised.
  void linear_of_nf4() {
    if (!is_gpu_) return;  // the processor dequantises
    struct Sizes {
      int64_t tokens, in, out;
    };
    for (const Sizes& s : {Sizes{1, 64, 72}, {7, 96, 33}, {64, 208, 130}}) {
      const int64_t n = s.in * s.out, blocks = (n + 63) / 64;
      const std::vector<float> values = random_.values(n, 0.2f);
      std::vector<uint8_t> packed(static_cast<size_t>(n + 1) / 2), codes(static_cast<size_t>(blocks));
      std::vector<float> absmax(codes.size()), nested((codes.size() + 255) / 256);
      nf4_quantize(values.data(), n, packed.data(), absmax.data());
      const float offset = nf4_nest(absmax.data(), blocks, codes.data(), nested.data());
      const DeviceArray<uint8_t> device_packed(*device_, packed), device_codes(*device_, codes);
      const DeviceArray<float> device_nested(*device_, nested);
      const DeviceArray<float> map(*device_, std::vector<float>(nf4_quant_map(), nf4_quant_map() + 16));
      const DeviceArray<float> nested_map(
          *device_, std::vector<float>(nf4_nested_quant_map(), nf4_nested_quant_map() + 256));
      const Nf4 nf4{64,
                    256,
                    offset,
                    map.data(),
                    device_packed.data(),
                    device_codes.data(),
                    device_nested.data(),
                    nested_map.data()};
      const StoredMatrix stored{0, nullptr, &nf4, s.out, s.in};
      check(device_->multiplies_stored(stored, s.tokens) && !device_->multiplies_stored(stored, 65), "when");
      Twin w(*this, s.out, s.in);
      device_->dequantize(stored, w.device);
      w.cpu.values = w.device.values();
      const std::vector<float> bias = random_.values(s.out);
      const DeviceArray<float> device_bias(*device_, bias);
      for (const DType type : {DType::kBf16, DType::kF32}) {
        for (const Store store : {Store::kOverwrite, Store::kAdd}) {
          Twin x(*this, s.tokens, s.in), y(*this, s.tokens, s.out, type);
          device_->linear_forward_stored(x.device, stored, device_bias.data(), y.device, store);
          cpu_.linear_forward(x.cpu, w.cpu, bias.data(), y.cpu, store);
          y.check_near(text("y of ", s.tokens, " rows"), type == DType::kF32 ? kF32 : kTwice);
        }
      }
    }
  }

  void norms() {
    for (const int64_t width : {24, 640, 2304}) {
      Twin x(*this, 5, width, DType::kF32), weight(*this, 1, width, DType::kF32),
          rstd(*this, 1, 5, DType::kF32);
      Twin y(*this, 5, width), sum(*this, 5, width, DType::kF32), d_y(*this, 5, width),
          d_x(*this, 5, width, DType::kF32), d_rounded(*this, 5, width);
      const auto forward = [&](Twin& to, Store store) {
        device_->rms_norm_forward(x.device.floats(), weight.device.data(), 1e-5f, to.device,
                                  rstd.device.data(), store);
        cpu_.rms_norm_forward(x.cpu, weight.cpu.values.data(), 1e-5f, to.cpu, rstd.cpu.values.data(), store);
      };
      forward(y, Store::kOverwrite);
      forward(sum, Store::kAdd);
      y.check_near(text("y of ", width), kRounded);
      sum.check_near("added", kF32);
      rstd.check_near("rstd", kF32);
      const auto backward = [&](Twin& to, Store store) {
        device_->rms_norm_backward(d_y.device, x.device.floats(), weight.device.data(), rstd.device.data(),
                                   to.device, store);
        cpu_.rms_norm_backward(d_y.cpu, x.cpu, weight.cpu.values.data(), rstd.cpu.values.data(), to.cpu,
                               store);
      };
      backward(d_x, Store::kAdd);
      backward(d_rounded, Store::kOverwrite);
      d_x.check_near("d_x", kF32);
      d_rounded.check_near("d_x of bf16", kRounded);
    }
  }

  void head_norm() {
    for (const int64_t e : {8, 128}) {
      Twin x(*this, 7, 3 * e), y(*this, 7, 5 * e), weight(*this, 1, e, DType::kF32),
          rstd(*this, 7, 3, DType::kF32);
      device_->head_norm_forward(x.device, weight.device.data(), 1e-5f, y.device.tensor().col_range(e, 3 * e),
                                 rstd.device.floats());
      cpu_.head_norm_forward(x.cpu, weight.cpu.values.data(), 1e-5f, y.cpu.view().col_range(e, 3 * e),
                             rstd.cpu);
      y.check_near("y", kRounded);
      rstd.check_near("rstd", kF32);
      device_->head_norm_backward(x.device, weight.device.data(), rstd.device.floats(),
                                  y.device.tensor().col_range(e, 3 * e));
      cpu_.head_norm_backward(x.cpu, weight.cpu.values.data(), rstd.cpu, y.cpu.view().col_range(e, 3 * e));
      y.check_near("d_x", kTwice);
    }
  }

  void rope() {
    constexpr int64_t kHalf = 12;
    const std::vector<float> inv_freq = random_.values(kHalf);
    const DeviceArray<float> device_freq(*device_, inv_freq);
    Twin cos(*this, 50, kHalf, DType::kF32), sin(*this, 50, kHalf, DType::kF32);
    device_->rope_table(device_freq.data(), cos.device.floats(), sin.device.floats());
    cpu_.rope_table(inv_freq.data(), cos.cpu, sin.cpu);
    cos.check_near("cos", kF32);
    sin.check_near("sin", kF32);
    const std::vector<int32_t> positions = {49, 0, 17};
    const DeviceArray<int32_t> device_positions(*device_, positions);
    Twin x(*this, 3, 6 * kHalf);
    device_->rope_forward(x.device.tensor().col_range(0, 4 * kHalf), device_positions.data(),
                          cos.device.floats(), sin.device.floats());
    cpu_.rope_forward(x.cpu.view().col_range(0, 4 * kHalf), positions.data(), cos.cpu, sin.cpu);
    x.check_near("turned", kRounded);
    device_->rope_backward(x.device, device_positions.data(), cos.device.floats(), sin.device.floats());
    cpu_.rope_backward(x.cpu, positions.data(), cos.cpu, sin.cpu);
    x.check_near("turned back", kTwice);
  }

  void norm_turn() {
    for (const int64_t e : {8, 12, 80, 256}) {
      constexpr int64_t kTokens = 7, kHeads = 3;
      Twin x(*this, kTokens, kHeads * e + 8), raw(*this, kTokens, kHeads * e),
          d_x(*this, kTokens, kHeads * e);
      Twin weight(*this, 1, e, DType::kF32), rstd(*this, kTokens, kHeads, DType::kF32),
          inv_freq(*this, 1, e / 2, DType::kF32);
      Twin cos(*this, 20, e / 2, DType::kF32), sin(*this, 20, e / 2, DType::kF32);
      device_->rope_table(inv_freq.device.data(), cos.device.floats(), sin.device.floats());
      cpu_.rope_table(inv_freq.cpu.values.data(), cos.cpu, sin.cpu);
      const std::vector<int32_t> positions = {0, 1, 19, 3, 3, 2, 7};
      const DeviceArray<int32_t> device_positions(*device_, positions);
      device_->norm_turn_forward(x.device.tensor().col_range(4, kHeads * e), weight.device.data(), 1e-5f,
                                 raw.device, rstd.device.floats(), device_positions.data(),
                                 cos.device.floats(), sin.device.floats());
      cpu_.norm_turn_forward(Tensor(x.cpu.view().col_range(4, kHeads * e)), weight.cpu.values.data(), 1e-5f,
                             raw.cpu, rstd.cpu, positions.data(), cos.cpu, sin.cpu);
      x.check_near("x", kRounded);
      raw.check_near("raw", kExact);
      rstd.check_near("rstd", kF32);
      device_->norm_turn_backward(d_x.device, weight.device.data(), raw.device, rstd.device.floats(),
                                  device_positions.data(), cos.device.floats(), sin.device.floats());
      cpu_.norm_turn_backward(d_x.cpu, weight.cpu.values.data(), raw.cpu, rstd.cpu, positions.data(), cos.cpu,
                              sin.cpu);
      d_x.check_near("d_x", kRounded);
    }
  }

  void attention() {
    struct Case {
      int64_t heads, kv_heads, head_dim;
      std::vector<int32_t> cu_seqlens;
      int64_t window = 1000;
    };
    const std::vector<Case> cases = {
        {4, 2, 8, {0, 1, 6, 19}},      // short sequences in one tile
        {2, 2, 16, {0, 64, 129}},      // a whole tile, and one token more
        {3, 1, 24, {0, 70, 71, 150}},  // tiles of several sequences
        {2, 1, 64, {0, 3, 90}},        // head sizes that kernels are made for
        {1, 1, 80, {0, 66}},           //
        {1, 1, 96, {0, 70}},           //
        {2, 1, 128, {0, 40, 100}},     //
        {1, 1, 256, {0, 67}},          //
        {1, 1, 200, {0, 20}},          // and one between them
        {4, 2, 8, {0, 1, 20, 40}, 1},  // each token sees itself only
        {2, 1, 8, {0, 30, 180}, 5},    // windows inside a tile, and across two
        {1, 1, 16, {0, 3, 200}, 70},   // a window over several tiles
        {2, 1, 32, {0, 290}},          // tiles that are seen whole
        {1, 1, 128, {0, 9, 300}},      //
        {2, 1, 64, {0, 320}, 150},     // and those of a window
    };
    for (const Case& c : cases) {
      const int64_t t = c.cu_seqlens.back(), width = c.heads * c.head_dim;
      std::vector<int32_t> begins, ends;
      for (size_t s = 0; s + 1 < c.cu_seqlens.size(); ++s) {
        const auto n = static_cast<size_t>(c.cu_seqlens[s + 1] - c.cu_seqlens[s]);
        begins.insert(begins.end(), n, c.cu_seqlens[s]);
        ends.insert(ends.end(), n, c.cu_seqlens[s + 1]);
      }
      const DeviceArray<int32_t> device_begins(*device_, begins), device_ends(*device_, ends);
      AttentionShape shape{c.heads,
                           c.kv_heads,
                           c.head_dim,
                           0.9f / std::sqrt(static_cast<float>(c.head_dim)),
                           c.window,
                           c.cu_seqlens.data(),
                           static_cast<int64_t>(c.cu_seqlens.size()) - 1,
                           begins.data(),
                           ends.data()};
      AttentionShape device_shape = shape;
      device_shape.begins = device_begins.data();
      device_shape.ends = device_ends.data();
      const std::string what = text("E ", c.head_dim, ", T ", t, ", window ", c.window, ": ");

      Twin qkv(*this, t, (c.heads + 2 * c.kv_heads) * c.head_dim), y(*this, t, width), d_y(*this, t, width);
      Twin d_qkv(*this, t, (c.heads + 2 * c.kv_heads) * c.head_dim), lse(*this, t, c.heads, DType::kF32);
      const DeviceMatrix scratch(*device_, DType::kF32, t, 3 * width);
      OwnedMatrix cpu_scratch(t, 3 * width);
      device_->attention_forward(device_shape, qkv.device, y.device, lse.device.floats());
      cpu_.attention_forward(shape, qkv.cpu, y.cpu, lse.cpu);
      y.check_near(what + "y", kAttention);
      lse.check_near(what + "lse", kRounded);
      device_->attention_backward(device_shape, d_y.device, qkv.device, y.device, lse.device.floats(),
                                  scratch.floats(), d_qkv.device);
      cpu_.attention_backward(shape, d_y.cpu, qkv.cpu, y.cpu, lse.cpu, cpu_scratch, d_qkv.cpu);
      d_qkv.check_near(what + "d_qkv", kAttention);
    }
  }

  void attention_cached() {
    for (const int64_t e : {8, 80, 256}) {
      constexpr int64_t kHeads = 4, kKvHeads = 2;
      const std::vector<int32_t> cu_seqlens = {0, 1, 6, 7};
      const std::vector<int64_t> before = {40, 0, 3};
      Twin qkv(*this, 7, (kHeads + 2 * kKvHeads) * e), y(*this, 7, kHeads * e);
      std::vector<Twin> kv;
      std::vector<CachedSequence> device, cpu;
      for (size_t s = 0; s < 3; ++s) {
        kv.emplace_back(*this, before[s] + cu_seqlens[s + 1] - cu_seqlens[s], 2 * kKvHeads * e);
        device.push_back({kv.back().device, before[s]});
      }
      for (size_t s = 0; s < 3; ++s) cpu.push_back({kv[s].cpu, before[s]});
      const AttentionShape shape{kHeads, kKvHeads, e, 0.2f, 21, cu_seqlens.data(), 3, nullptr, nullptr};
      device_->attention_cached(shape, device.data(), qkv.device, y.device);
      cpu_.attention_cached(shape, cpu.data(), qkv.cpu, y.cpu);
      y.check_near(text("E ", e), kAttention);
    }
  }

  void gated() {
    using Forward = void (Backend::*)(ConstTensor, Tensor);
    const std::pair<Forward, Forward> pairs[] = {{&Backend::swiglu_forward, &Backend::swiglu_backward},
                                                 {&Backend::geglu_forward, &Backend::geglu_backward}};
    for (const auto& [forward, backward] : pairs) {
      Twin gate_up(*this, 5, 2 * 2100, DType::kBf16, 4), y(*this, 5, 2100), d_y(*this, 5, 2100);
      (device_.get()->*forward)(gate_up.device, y.device);
      (cpu_.*forward)(gate_up.cpu, y.cpu);
      y.check_near("y", kRounded);
      (device_.get()->*backward)(d_y.device, gate_up.device);
      (cpu_.*backward)(d_y.cpu, gate_up.cpu);
      gate_up.check_near("d_gate_up", kRounded);
    }
  }

  void cross_entropy() {
    for (const int64_t v : {31, 3001, 9001}) {
      Twin logits(*this, 4, v, DType::kF32, 6), d_logits(*this, 4, v), nll(*this, 1, 4, DType::kF32);
      const std::vector<int32_t> targets = {0, static_cast<int32_t>(v) - 1, 5, 5};
      const DeviceArray<int32_t> device_targets(*device_, targets);
      device_->cross_entropy_forward(logits.device.floats(), device_targets.data(), nll.device.data());
      cpu_.cross_entropy_forward(logits.cpu, targets.data(), nll.cpu.values.data());
      nll.check_near("nll", kF32);
      const DeviceMatrix shared(*device_, DType::kF32, 4, v, logits.device.values());
      const Tensor in_place{shared.tensor().data, DType::kBf16, 4, v, 2 * v};
      device_->cross_entropy_forward_backward(logits.device.floats(), device_targets.data(),
                                              nll.device.data(), d_logits.device);
      cpu_.cross_entropy_forward_backward(logits.cpu, targets.data(), nll.cpu.values.data(), d_logits.cpu);
      nll.check_near("nll beside the gradient", kF32);
      d_logits.check_near("d_logits", kRounded);
      if (!is_gpu_) continue;
      device_->cross_entropy_forward_backward(shared.floats(), device_targets.data(), nll.device.data(),
                                              in_place);
      const DeviceMatrix copy(*device_, DType::kBf16, 4, v);
      device_->copy(in_place, copy);
      check(copy.values() == d_logits.device.values(), "the same in the place of the logits");
    }
    Twin far(*this, 2, 4, DType::kF32), nll(*this, 1, 2, DType::kF32);
    far.set({1e30f, 0, 0, 0, 0, std::nanf(""), 0, 0});
    const DeviceArray<int32_t> targets(*device_, {0, 0});
    device_->cross_entropy_forward(far.device.floats(), targets.data(), nll.device.data());
    check(nll.device.values()[0] == 0 && std::isnan(nll.device.values()[1]), "certain, and NaN stays NaN");
  }

  void statistics_and_optimiser() {
    Twin x(*this, 50, 300);
    const std::vector<double> before(300, 1.0);
    const DeviceArray<double> sums(*device_, before);
    std::vector<double> expected = before;
    device_->add_column_squares(x.device, sums.data());
    cpu_.add_column_squares(x.cpu, expected.data());
    for (size_t i = 0; i < 300; ++i)
      check_near(sums.values()[i], expected[i], 1e-9 * expected[i], "squares ", i);

    constexpr int64_t kValues = 70000;
    Twin gradient(*this, 1, kValues, DType::kF32), weight(*this, 1, kValues, DType::kF32),
        m(*this, 1, kValues, DType::kF32), v(*this, 1, kValues, DType::kF32);
    v.set(std::vector<float>(kValues, 0.25f));
    Twin scale(*this, 1, 2, DType::kF32);
    for (const float max_norm : {0.0f, 0.01f, 1e9f}) {
      device_->gradient_scale(gradient.device.data(), kValues, 7, max_norm, scale.device.data());
      cpu_.gradient_scale(gradient.cpu.values.data(), kValues, 7, max_norm, scale.cpu.values.data());
      for (size_t i : {0, 1}) {
        check_near(scale.device.values()[i], scale.cpu.values[i], 1e-6 * scale.cpu.values[i], "scale ", i);
      }
    }
    const AdamW adamw{0.01f, 0.9f, 0.999f, 1e-8f, 0.1f};
    for (int64_t step = 1; step <= 3; ++step) {
      device_->adamw_step(adamw, step, scale.device.data(), gradient.device.data(), m.device.data(),
                          v.device.data(), weight.device.data(), kValues);
      cpu_.adamw_step(adamw, step, scale.cpu.values.data(), gradient.cpu.values.data(), m.cpu.values.data(),
                      v.cpu.values.data(), weight.cpu.values.data(), kValues);
    }
    weight.check_near("weight", kF32);
    const std::vector<float> weights = weight.device.values();
    const DeviceMatrix infinite(*device_, DType::kF32, 1, 1, {std::numeric_limits<float>::infinity()});
    device_->gradient_scale(infinite.data(), 1, 1, 1, scale.device.data());
    check(std::isnan(scale.device.values()[0]) && !std::isfinite(scale.device.values()[1]), "no scale");
    device_->adamw_step(adamw, 4, scale.device.data(), gradient.device.data(), m.device.data(),
                        v.device.data(), weight.device.data(), kValues);
    check(weight.device.values() == weights, "no step on what is not finite");
    m.check_near("m", kF32);
    v.check_near("v", kF32);
  }

 private:
  // The same random values on the device, in a type, and on the processor in f32.
  struct Twin {
    Twin(Twins& twins, int64_t rows, int64_t cols, DType type = DType::kBf16, float scale = 1)
        : device(*twins.device_, type, rows, cols, twins.random_.values(rows * cols, scale)),
          cpu(rows, cols) {
      cpu.values = device.values();
    }

    void set(const std::vector<float>& values) {
      device.set(values);
      cpu.values = device.values();
    }
    void check_near(const std::string& what, double tolerance) const {
      check_close(what, device.values(), cpu.values, tolerance);
    }

    DeviceMatrix device;
    OwnedMatrix cpu;
  };

  // Random blocks of a type, their f16 scales made small.
  std::vector<uint8_t> random_bytes(int32_t type, int64_t n) {
    const StoredType& stored = *stored_type(type);
    std::vector<uint8_t> bytes(static_cast<size_t>(stored_bytes(type, n)));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_.bits() >> 8);
    const auto block = static_cast<size_t>(stored.block_bytes);
    for (size_t first = 0; first < bytes.size(); first += block) {
      // The high byte of a value or scale: an exponent of about 2^-4 in each of the three float types.
      const auto tame = [&](size_t at, uint8_t high) {
        bytes[first + at] = static_cast<uint8_t>(high | (bytes[first + at] & 0x83));
      };
      if (type == KAIAKU_TYPE_F32) tame(3, 0x3c);
      if (type == KAIAKU_TYPE_BF16) tame(1, 0x3c);
      if (type == KAIAKU_TYPE_F16) tame(1, 0x2c);
      if (stored.block_values == 1) continue;
      tame(type == KAIAKU_TYPE_Q6_K ? 209 : 1, 0x2c);
      const bool has_minimum = type == KAIAKU_TYPE_Q4_1 || type == KAIAKU_TYPE_Q5_1 ||
                               type == KAIAKU_TYPE_Q4_K || type == KAIAKU_TYPE_Q5_K;
      if (has_minimum) tame(3, 0x2c);
    }
    return bytes;
  }

  bool is_gpu_;
  std::unique_ptr<Backend> device_;
  std::shared_ptr<std::byte> scratch_;
  CpuBackend cpu_;
  Random random_{21};
};

}  // namespace

int main(int argc, char** argv) {
  const int32_t device = device_of(argc, argv);
  if (device >= 0 && device_count() == 0) return kSkipped;
  Twins twins(device);
  return run_tests({
      {"linear: products of every form", [&] { twins.linear(); }},
      {"linear: columns of wider matrices", [&] { twins.linear_of_columns(); }},
      {"lora", [&] { twins.lora(); }},
      {"dropout: the same mask", [&] { twins.dropout(); }},
      {"rows: gathered, scaled, scattered, rounded, cleared", [&] { twins.rows(); }},
      {"stored types: values and rows of each", [&] { twins.stored_types(); }},
      {"nf4: the same bits", [&] { twins.nf4(); }},
      {"nf4: products of few rows", [&] { twins.linear_of_nf4(); }},
      {"rms_norm", [&] { twins.norms(); }},
      {"head_norm", [&] { twins.head_norm(); }},
      {"rope", [&] { twins.rope(); }},
      {"norm_turn", [&] { twins.norm_turn(); }},
      {"attention", [&] { twins.attention(); }},
      {"attention: cached", [&] { twins.attention_cached(); }},
      {"swiglu and geglu", [&] { twins.gated(); }},
      {"cross_entropy", [&] { twins.cross_entropy(); }},
      {"statistics and optimiser", [&] { twins.statistics_and_optimiser(); }},
  });
}
