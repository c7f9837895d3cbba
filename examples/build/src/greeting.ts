import { capitalize } from "./text/capitalize.js";

export function greeting(name: string): string {
  return "Hello, " + capitalize(name) + "!";
}
