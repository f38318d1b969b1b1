// Permissions as the page gives them: read once into a policy that Rust decides by, and callbacks that are asked.
import { KernelError, allowAllChildProcess, allowAllEnv, allowAllFs, allowAllNetwork } from "./api.js";

const PRESETS = new Set([allowAllFs, allowAllNetwork, allowAllChildProcess, allowAllEnv]);

/** What is done about a kind of requests that `permissions` says nothing of. Without `permissions` at all everything is allowed. */
const MISSING = { fs: "deny", network: "deny", childProcess: "allow", env: "deny" };

/** [kind] → "allow", "deny", "ask", or a list of [allow, reason, ops, patterns]. */
export const readPolicy = (permissions) => {
  const given = permissions ?? undefined;
  if (given !== undefined && typeof given !== "object") invalid("permissions", "no object");
  for (const kind of Object.keys(given ?? {})) {
    if (!(kind in MISSING)) invalid(`permissions.${kind}`, "no kind of permissions");
  }
  const read = (kind) => (given === undefined ? "allow" : readCheck(kind, given[kind]));
  return Object.keys(MISSING).map(read);
};

const invalid = (what, why) => {
  throw new KernelError("EINVAL", `invalid argument: the option ${what} is ${why}`);
};

const readCheck = (kind, check) => {
  if (check === undefined || check === null) return MISSING[kind];
  if (typeof check === "boolean") return check ? "allow" : "deny";
  if (PRESETS.has(check)) return "allow";
  if (typeof check === "function") return "ask";
  if (Array.isArray(check)) return check.map((rule, at) => readRule(`permissions.${kind}[${at}]`, rule));
  return invalid(`permissions.${kind}`, "neither a boolean, nor a function, nor a list of rules");
};

const strings = (what, value) => {
  const all = value === undefined ? [] : [value].flat();
  if (!all.every((each) => typeof each === "string")) invalid(what, "no string and no list of strings");
  return all;
};

const readRule = (what, rule) => {
  if (typeof rule?.allow !== "boolean") invalid(`${what}.allow`, "no boolean");
  const patterns = ["path", "command", "hostname", "name"].flatMap((field) => strings(`${what}.${field}`, rule[field]));
  return [rule.allow, rule.reason, strings(`${what}.op`, rule.op), patterns];
};

/** The reference's request from Rust's: undefined fields are left out. */
const makeRequest = (kind, [op, a, b, c, d]) => {
  switch (kind) {
    case "fs":
      return { op, path: a };
    case "network":
      return { op, ...(a && { url: a }), ...(b && { method: b }), ...(c && { hostname: c }) };
    case "childProcess":
      return { command: a, args: b, cwd: c, env: Object.fromEntries(d.map(variable)) };
    default:
      return { op, key: a, name: a, value: b };
  }
};

const variable = (text) => {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
};

const decision = (answer) => {
  if (typeof answer === "boolean") return { allow: answer };
  if (typeof answer?.allow === "boolean") return { allow: answer.allow, reason: answer.reason };
  return { allow: false, reason: "the permission callback answered neither a boolean nor { allow }" };
};

const failure = (error) => ({ allow: false, reason: `the permission callback failed: ${error?.message ?? error}` });

/** Asks a callback. A decision, or a promise of one. A callback that throws denies. */
export const decide = (permissions, kind, parts) => {
  try {
    const answer = permissions[kind](makeRequest(kind, parts));
    return typeof answer?.then === "function" ? Promise.resolve(answer).then(decision, failure).catch(failure) : decision(answer);
  } catch (error) {
    return failure(error);
  }
};
