// The control API as functions. Errors carry what the server says is wrong.

export async function call(method, path, body) {
  const options = { method };
  if (body instanceof Blob) {
    options.body = body;
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The sandbox does not answer. Is it running?");
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

export const clinics = () => call("GET", "/api/clinics");
export const thread = (phone) => call("GET", `/api/threads/${encodeURIComponent(phone)}`);
export const sendText = (text) => call("POST", "/api/texts", text);
export const measure = (text) => call("POST", "/api/segments", { text });
export const upload = (file) => call("POST", "/api/media", file);

/** Runs `work`; shows its error in `place`, or hides the last one. True when it went well. */
export async function shown(place, work) {
  place.hidden = true;
  try {
    await work();
    return true;
  } catch (problem) {
    place.textContent = problem.message;
    place.hidden = false;
    return false;
  }
}
