/** One event of a stream of Server-Sent Events; a comment has neither. */
export interface ServerEvent {
  event: string;
  data: string;
}

/** Reads Server-Sent Events from text that comes in any pieces. */
export class EventParser {
  private rest = '';
  private event = 'message';
  private data: string[] = [];

  constructor(private readonly heard: (event: ServerEvent) => void) {}

  push(text: string): void {
    const all = this.rest + text;
    const lines = all.split(/\r\n|\n|\r(?!$)/); // whether a \n follows a \r at the end is not known yet
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      this.line(line);
    }
  }

  private line(line: string): void {
    if (line === '') {
      if (this.data.length > 0) {
        this.heard({ event: this.event, data: this.data.join('\n') });
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
