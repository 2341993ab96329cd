// Server-sent events, parsed from chunks of text. EventSource cannot send an Authorization header.

export interface Frame {
  /** Empty when the frame carried none: it then does not move the resume point. */
  id: string;
  event: string;
  data: string;
}

/** Returns a function that takes the next chunk and gives the frames it completes. */
export function frameParser(): (chunk: string) => Frame[] {
  let rest = "";
  let id = "";
  let event = "";
  let data: string[] = [];

  function line(text: string, out: Frame[]): void {
    if (text === "") {
      if (data.length > 0) out.push({ id, event: event || "message", data: data.join("\n") });
      id = "";
      event = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return; // A comment: the server's heartbeat.
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "id") id = value;
    else if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }

  return (chunk) => {
    const out: Frame[] = [];
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) line(text.endsWith("\r") ? text.slice(0, -1) : text, out);
    return out;
  };
}
