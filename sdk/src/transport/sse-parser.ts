/** An event of a Server-Sent Events stream. */
export interface SseEvent {
  event: string;
  data: string;
}

/** Parses Server-Sent Events from text that arrives in arbitrary pieces. */
export class SseParser {
  private rest = '';
  private event = 'message';
  private data: string[] = [];

  constructor(private readonly onEvent: (event: SseEvent) => void) {}

  push(text: string): void {
    const all = this.rest + text;
    const lines = all.split(/\r\n|\n|\r(?!$)/); // a final \r may be followed by \n in the next piece
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      this.parseLine(line);
    }
  }

  private parseLine(line: string): void {
    if (line === '') {
      if (this.data.length > 0) {
        this.onEvent({ event: this.event, data: this.data.join('\n') });
      }
      this.event = 'message';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') {
      this.data.push(value);
    } else if (field === 'event') {
      this.event = value;
    }
  }
}
