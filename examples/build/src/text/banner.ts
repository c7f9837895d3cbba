export function banner(text: string, width: number): string {
  const line: string = "-".repeat(width);
  return line + "\n" + text + "\n" + line;
}
