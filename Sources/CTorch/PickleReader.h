// Reads a pickle as plain data and finds the tensors that it describes. Nothing is called, imported or allocated
// on the word of the stream: an import outside the list below ends the reading with its name.
#pragma once

#include "PickleValue.h"

#include <cstdint>
#include <unordered_map>

namespace ct::pickle {

class Reader {
 public:
  /// Every storage of the stream by its key.
  std::unordered_map<std::string, Link> storages;

  /// Reads one pickle and leaves `bytes` behind it.
  Link read(Bytes &bytes);

 private:
  static constexpr size_t most_operations = 2'000'000;
  size_t operations_ = 0;

  std::vector<Link> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, Link> memo_;

  Node &push(Kind kind) { return *stack_.emplace_back(std::make_shared<Node>(Node{.kind = kind})); }
  void push_integer(int64_t value) { push(Kind::integer).integer = value; }
  Link pop();
  std::vector<Link> pop_to_mark();
  void push_tuple(std::vector<Link> items);
  void extend(Kind kind, std::vector<Link> items);
  void recall(uint32_t index);
  void import(const std::string &module, const std::string &name);
  void call();
  void push_storage();
  Link tensor(const std::vector<Link> &arguments);
  Link dictionary(const std::vector<Link> &arguments);
  void charge(size_t count);
  bool step(uint8_t operation, Bytes &bytes);
  bool read_value(uint8_t operation, Bytes &bytes);
};

/// Counts operations, over all pickles of a file: a short stream may ask for any number of copies.
inline void Reader::charge(size_t count) {
  operations_ += count;
  if (operations_ > most_operations) refuse("the pickle has more than 2 million operations");
}

inline Link Reader::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("the pickle takes a value that is not there");
  auto value = std::move(stack_.back());
  stack_.pop_back();
  return value;
}

inline std::vector<Link> Reader::pop_to_mark() {
  if (marks_.empty()) refuse("the pickle ends a group that has no beginning");
  const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Link> items(std::make_move_iterator(start), std::make_move_iterator(stack_.end()));
  stack_.erase(start, stack_.end());
  marks_.pop_back();
  return items;
}

inline void Reader::push_tuple(std::vector<Link> items) { put_inside(push(Kind::tuple), std::move(items)); }

inline void Reader::extend(Kind kind, std::vector<Link> items) {
  auto container = pop();
  for (const auto &item : items) item->is_sealed = true;
  if (container->kind != kind || container->is_sealed) refuse("the pickle adds to a value that takes nothing");
  if (kind == Kind::dictionary) {
    if (items.size() % 2 != 0) refuse("a key of the pickle has no value");
    for (size_t i = 0; i < items.size(); i += 2) {
      if (items[i]->kind != Kind::text && items[i]->kind != Kind::integer) refuse("a key is neither text nor a number");
    }
  }
  put_inside(*container, std::move(items));
  stack_.push_back(std::move(container));
}

inline void Reader::recall(uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse("the pickle recalls a value that it never stored");
  stack_.push_back(found->second);
}

inline void Reader::import(const std::string &module, const std::string &name) {
  const auto imported = module + "." + name;
  if (imported == "collections.OrderedDict") {
    push(Kind::make_dictionary);
  } else if (imported == "torch._utils._rebuild_tensor_v2") {
    push(Kind::make_tensor);
  } else if (imported == "torch._utils._rebuild_parameter") {
    push(Kind::make_parameter);
  } else {
    if (module != "torch") throw Refusal{CT_ERROR_IMPORT, printable(imported)};
    for (const auto &type : storage_types) {
      if (name != type.name) continue;
      push(Kind::storage_type).type = &type;
      return;
    }
    if (name.ends_with("Storage")) {
      refuse("it holds a torch." + printable(name) + ", whose element type tensors do not have here; convert it first");
    }
    constexpr std::array<std::string_view, 8> types{"float32", "float64", "float16", "bfloat16",
                                                     "int64",   "int32",   "uint8",   "bool"};
    if (std::find(types.begin(), types.end(), name) == types.end()) throw Refusal{CT_ERROR_IMPORT, printable(imported)};
    push(Kind::element_type);
  }
}

/// OrderedDict of Python 3 is made empty; that of Python 2 brings a list of pairs.
inline Link Reader::dictionary(const std::vector<Link> &arguments) {
  auto result = std::make_shared<Node>(Node{.kind = Kind::dictionary});
  if (arguments.empty()) return result;
  if (arguments.size() != 1 || arguments[0]->kind != Kind::list) refuse("an OrderedDict is made of something unknown");
  charge(2 * arguments[0]->items.size());
  for (const auto &pair : arguments[0]->items) {
    const bool is_pair = pair->kind == Kind::list || pair->kind == Kind::tuple;
    if (!is_pair || pair->items.size() != 2 || pair->items[0]->kind != Kind::text) {
      refuse("an OrderedDict is made of something unknown");
    }
    put_inside(*result, pair->items);
  }
  return result;
}

/// The arguments: storage, offset, sizes, strides, whether it needs gradients, hooks and, where it has any, metadata.
inline Link Reader::tensor(const std::vector<Link> &arguments) {
  const auto is_integer = [](const Link &item) { return item->kind == Kind::integer; };
  const auto is_sizes = [&](const Node &node) {
    return node.kind == Kind::tuple && node.items.size() <= 16 &&
           std::all_of(node.items.begin(), node.items.end(), is_integer);
  };
  if (arguments.size() < 6 || arguments.size() > 7 || arguments[0]->kind != Kind::storage ||
      arguments[1]->kind != Kind::integer || !is_sizes(*arguments[2]) || !is_sizes(*arguments[3])) {
    refuse("a tensor is made of something unknown");
  }
  if (arguments.size() == 7 && !arguments[6]->items.empty()) refuse("a tensor carries metadata, which is unknown here");
  auto result = std::make_shared<Node>(Node{.kind = Kind::tensor, .integer = arguments[1]->integer});
  put_inside(*result, {arguments[0], arguments[2], arguments[3]});
  return result;
}

inline void Reader::call() {
  const auto arguments = pop(), function = pop();
  if (arguments->kind != Kind::tuple) refuse("a call has no arguments");
  switch (function->kind) {
    case Kind::make_dictionary: stack_.push_back(dictionary(arguments->items)); break;
    case Kind::make_tensor: stack_.push_back(tensor(arguments->items)); break;
    case Kind::make_parameter:
      if (arguments->items.empty() || arguments->items[0]->kind != Kind::tensor) refuse("a parameter is no tensor");
      stack_.push_back(arguments->items[0]);
      break;
    default: refuse("the pickle calls something that is no function");
  }
}

/// ("storage", type, key, device, count of elements) and, in the old format, the storage that it is a part of.
inline void Reader::push_storage() {
  const auto identity = pop();
  const auto &items = identity->items;
  if (identity->kind != Kind::tuple || items.size() < 5 || items.size() > 6 || items[0]->text != "storage" ||
      items[1]->kind != Kind::storage_type || items[2]->kind != Kind::text || items[2]->text.size() > 64 ||
      items[4]->kind != Kind::integer) {
    refuse("a storage is described in an unknown way");
  }
  if (items.size() == 6 && items[5]->kind != Kind::none) refuse("a storage is a part of another; save again");
  auto &known = storages[items[2]->text];
  if (!known) {
    known = std::make_shared<Node>(
        Node{.kind = Kind::storage, .type = items[1]->type, .integer = items[4]->integer, .text = items[2]->text});
  }
  if (known->type != items[1]->type || known->integer != items[4]->integer) refuse("a storage is described twice");
  stack_.push_back(known);
}

inline bool Reader::read_value(uint8_t operation, Bytes &bytes) {
  switch (operation) {
    case 'N': push(Kind::none); break;
    case 0x88: push(Kind::boolean).integer = 1; break;
    case 0x89: push(Kind::boolean); break;
    case 'K': push_integer(bytes.read<uint8_t>()); break;
    case 'M': push_integer(bytes.read<uint16_t>()); break;
    case 'J': push_integer(bytes.read<int32_t>()); break;
    case 'G': bytes.take(8), push(Kind::real); break;
    case 'X':
    case 'T': {
      const auto length = bytes.read<uint32_t>();
      push(Kind::text).text.assign(bytes.take(length), length);
      break;
    }
    case 'U': {
      const auto length = bytes.read<uint8_t>();
      push(Kind::text).text.assign(bytes.take(length), length);
      break;
    }
    case 0x8a: {  // a little-endian integer of any length
      const auto length = bytes.read<uint8_t>();
      const auto *digits = bytes.take(length);
      if (length > 8) refuse("the pickle has an integer of more than 64 bits");
      int64_t value = length > 0 && static_cast<int8_t>(digits[length - 1]) < 0 ? -1 : 0;
      std::memcpy(&value, digits, length);
      push_integer(value);
      break;
    }
    default: return false;
  }
  return true;
}

/// Carries out one operation; false at the end.
inline bool Reader::step(uint8_t operation, Bytes &bytes) {
  if (read_value(operation, bytes)) return true;
  switch (operation) {
    case '(':
      if (marks_.size() >= 128) refuse("groups are nested more than 128 deep");
      marks_.push_back(stack_.size());
      break;
    case ')': push(Kind::tuple); break;
    case ']': push(Kind::list); break;
    case '}': push(Kind::dictionary); break;
    case 't': push_tuple(pop_to_mark()); break;
    case 0x85: push_tuple({pop()}); break;
    case 0x86: {
      auto second = pop(), first = pop();
      push_tuple({first, second});
      break;
    }
    case 0x87: {
      auto third = pop(), second = pop(), first = pop();
      push_tuple({first, second, third});
      break;
    }
    case 'a': {
      auto item = pop();
      extend(Kind::list, {item});
      break;
    }
    case 'e': extend(Kind::list, pop_to_mark()); break;
    case 's': {
      auto value = pop(), key = pop();
      extend(Kind::dictionary, {key, value});
      break;
    }
    case 'u': extend(Kind::dictionary, pop_to_mark()); break;
    case 'q':
    case 'r': {
      const uint32_t index = operation == 'q' ? bytes.read<uint8_t>() : bytes.read<uint32_t>();
      auto value = pop();
      memo_[index] = value;
      stack_.push_back(std::move(value));
      break;
    }
    case 'h': recall(bytes.read<uint8_t>()); break;
    case 'j': recall(bytes.read<uint32_t>()); break;
    case 'c': {
      const auto module = bytes.line(), name = bytes.line();
      import(module, name);
      break;
    }
    case 'R': call(); break;
    case 'b':  // what a state_dict knows about versions
      pop();
      if (stack_.empty() || stack_.back()->kind != Kind::dictionary) refuse("a value that is no dictionary has state");
      break;
    case 'Q': push_storage(); break;
    case '.': return false;
    default:
      refuse("operation " + std::to_string(operation) + " at byte " + std::to_string(bytes.position - 1) +
             " of the pickle is unknown here; save the file again by torch.save with its own pickle protocol, 2");
  }
  return true;
}

inline Link Reader::read(Bytes &bytes) {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  if (bytes.read<uint8_t>() != 0x80) refuse("there is no pickle at byte " + std::to_string(bytes.position - 1));
  if (const auto protocol = bytes.read<uint8_t>(); protocol != 2) {
    refuse("the pickle has protocol " + std::to_string(protocol) + "; save the file again with protocol 2");
  }
  while (step(bytes.read<uint8_t>(), bytes)) charge(1);
  if (stack_.size() != 1 || !marks_.empty()) refuse("the pickle does not end in one value");
  return pop();
}

}  // namespace ct::pickle
