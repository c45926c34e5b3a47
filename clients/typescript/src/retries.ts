// Whether a call is sent again, and when: decided without a clock and without a network.

import { byCode } from "./errors.ts";
import { ApiError, byStatus, ServerError } from "./failures.ts";

/**
 * How often and how patiently; all in seconds. The pause doubles from `first` up to `longest`, and is shortened by chance (down to its
 * half), so that callers do not come back together. An answer's `Retry-After` is waited for in full, with as much again by chance as
 * a pause has; one that is longer than `patience` is not waited for: the error has it as `retryAfter`.
 */
export interface Retries {
  most: number;
  first: number;
  longest: number;
  patience: number;
  chance: () => number;
  now: () => number; // milliseconds
}

/** What a try came to: an answer, or nothing. */
export interface Outcome {
  status: number; // 0: no answer
  headers: { get(name: string): string | null };
  text: string;
  fault?: unknown;
}

const NOT_DONE = [429, 503]; // the call was turned away before anything was done
const MAY_BE_DONE = [408, 500, 502, 504];

export const usual: Retries = {
  most: 3,
  first: 0.25,
  longest: 8,
  patience: 30,
  chance: Math.random,
  now: Date.now,
};

/** How long to wait before the next try, after `tried` of them; null: another one would not help. */
export function pause(retries: Retries, repeatable: boolean, tried: number, outcome: Outcome): number | null {
  if (!mayHelp(repeatable, outcome)) return null;
  const usualPause = Math.min(retries.longest, retries.first * 2 ** (tried - 1));
  const wanted = asked(outcome, retries.now());
  if (wanted === undefined) return usualPause * (0.5 + retries.chance() / 2);
  return wanted > retries.patience ? null : wanted + usualPause * retries.chance();
}

/** Whether the same call may have another end, and does no harm when the first one arrived after all. */
export function mayHelp(repeatable: boolean, outcome: Outcome): boolean {
  if (NOT_DONE.includes(outcome.status)) return true;
  if (!repeatable) return false;
  if (outcome.status === 0 || MAY_BE_DONE.includes(outcome.status)) return true;
  return outcome.status >= 400 && (outcome.headers.get("Retry-After") !== null || membersOf(outcome)["code"] === "conflict");
}

/** What `Retry-After` says, in seconds: a number of them or a date. */
export function asked(outcome: Outcome, now: number): number | undefined {
  const said = (outcome.headers.get("Retry-After") ?? "").trim();
  if (/^[0-9]+$/.test(said)) return Number(said);
  const date = /^[A-Za-z]{3},/.test(said) ? Date.parse(said) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** The refusal of an answer, by its code, else by its status. */
export function refusalOf(outcome: Outcome, now: number): ApiError {
  const data = membersOf(outcome);
  data["request_id"] ??= outcome.headers.get("apigw-requestid") ?? "";
  const general = byStatus[outcome.status] ?? (outcome.status >= 500 ? ServerError : ApiError);
  const known = byCode[String(data["code"] ?? "")] ?? general;
  return new known(outcome.status, data, asked(outcome, now));
}

function membersOf(outcome: Outcome): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(outcome.text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
