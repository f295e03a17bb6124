// The pages that the site serves, as its source gives them to a router.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../../src", import.meta.url));

/** The templates of the addresses that answer to a GET: `/contrats/{slug}/actes/{no}`. */
export function routesRead() {
  const names = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const texts = new Map(names.map((name) => [name, readFileSync(path.join(src, name), "utf8")]));
  const constants = new Map();
  for (const text of texts.values()) {
    for (const [, name, address] of text.matchAll(/const (\w+): &(?:'static )?str = "(\/[^"]*)"/g)) {
      constants.set(name, [...(constants.get(name) ?? []), [text, address]]);
    }
  }
  const found = new Set();
  for (const [name, text] of texts) {
    // The shell serves its stylesheet and scripts; pages are those of concepts.
    if (name.startsWith("platform")) continue;
    for (const given of calls(text, ".route(")) {
      if (!/\bget\(|\bany\(/.test(given)) continue;
      const [, literal, name] = given.match(/^\s*(?:"([^"]*)"|(?:\w+::)*(\w+))/) ?? [];
      const addresses = literal ? [literal] : addressesNamed(constants, name, text);
      if (addresses.length === 0) throw new Error(`the address of .route(${given}) was not found`);
      for (const address of addresses) found.add(address);
    }
  }
  return [...found].sort();
}

/** What a constant of that name says: here if it is of this file, else wherever it is. */
function addressesNamed(constants, name, text) {
  const all = constants.get(name) ?? [];
  const here = all.filter(([from]) => from === text);
  return (here.length > 0 ? here : all).map(([, address]) => address);
}

/** What stands in the parentheses of each call. */
function* calls(text, opening) {
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) {
    const from = at + opening.length;
    let depth = 1;
    let to = from;
    for (; depth > 0 && to < text.length; to += 1) {
      if (text[to] === "(") depth += 1;
      if (text[to] === ")") depth -= 1;
    }
    yield text.slice(from, to - 1);
  }
}

/** The template that serves an address: the one that leaves the least open. */
export function templateOf(templates, address) {
  const parts = address.split("?")[0].split("/");
  const isOpen = (part) => part.startsWith("{");
  const serves = (template) => {
    const own = template.split("/");
    return own.length === parts.length && own.every((part, at) => isOpen(part) || part === parts[at]);
  };
  const openness = (template) => template.split("/").filter(isOpen).length;
  return templates.filter(serves).sort((a, b) => openness(a) - openness(b))[0];
}
