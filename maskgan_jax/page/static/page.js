// Sends a photo to this computer's own server and shows what comes back.

const MAX_FILE = 64 * 2 ** 20; // The server takes no more.

const get = (id) => document.getElementById(id);
const paint = get("paint");
const brush = paint.getContext("2d", { willReadFrequently: true });
// The photo in hand: its name and, as base64, the file.
let photo = null;
// Whether the mask was corrected by hand: then it is sent along.
let corrected = false;
// Other photos of the same people, as `photo`.
let references = [];
let downloadUrl = null;
// Whether the networks know several completions of what is shown, and which of
// them is shown.
let severalKnown = false;
let shownSample = null;
// Counts what was asked of the server.
let turn = 0;
// Where the brush was last, while it is down.
let stroke = null;

function say(text, isError = false) {
  get("message").textContent = text;
  get("message").classList.toggle("error", isError);
}

function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// Returns a file as the server takes it, or says why not and returns null.
async function upload(file) {
  if (file.size > MAX_FILE) {
    const size = Math.round(file.size / 2 ** 20);
    say(`${file.name} has ${size} MiB, more than the 64 that are taken.` +
      " Reduce the photo first.", true);
    return null;
  }
  try {
    return { name: file.name, photo: await base64Of(file) };
  } catch (error) {
    say(`${file.name} cannot be read (${error.message}).`, true);
    return null;
  }
}

async function open(file) {
  turn++;
  // What was shown belongs to another photo: an error must not stand beside it.
  get("result").hidden = true;
  photo = await upload(file);
  if (!photo) return;
  corrected = false;
  setReferences([]);
  shownSample = document.querySelector('[name="sample"]'); // The likeliest.
  shownSample.checked = true;
  await send();
}

async function addReferences(files) {
  const of = photo;
  const added = await Promise.all([...files].map(upload));
  // Meanwhile another photo may have been opened.
  if (photo === of && !added.includes(null)) {
    await sendWith([...references, ...added]);
  }
}

async function sendWith(given) {
  const before = references;
  setReferences(given);
  const failed = !(await send());
  if (failed && references === given) setReferences(before);
}

function setReferences(given) {
  references = given;
  get("given").textContent = given.map((one) => one.name).join(", ");
  get("forget").hidden = !given.length;
}

function chosenSample() {
  return document.querySelector('[name="sample"]:checked');
}

// Asks the server; returns false if it could not answer.
async function send() {
  const asked = ++turn;
  const body = JSON.stringify({
    ...photo,
    mask: corrected ? whiteOnBlack() : null,
    badge: get("badge").checked,
    sample: Number(chosenSample().value),
    references,
  });
  say("Working …");
  setBusy(true);
  let answer;
  try {
    const response = await fetch("unmask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
    });
    answer = await response.json();
  } catch {
    answer = { error: "No answer. Is maskgan serve still running?" };
  } finally {
    setBusy(false);
  }
  if (asked !== turn) return true; // Something else was asked meanwhile.
  if (answer.error) {
    shownSample.checked = true;
    say(answer.error, true);
    return false;
  }
  await show(answer);
  return true;
}

function setBusy(busy) {
  const ids = ["again", "badge", "correct", "references", "forget"];
  for (const id of ids) get(id).disabled = busy;
}

async function show(answer) {
  get("before").src = answer.before;
  get("after").src = answer.after;
  await Promise.all([get("before").decode(), get("after").decode()]);
  get("boxes").replaceChildren(...answer.faces.map(faceBox));
  if (!corrected) await fillMask(answer.mask);
  setDownload(answer);
  severalKnown = answer.num_samples > 1 && Boolean(answer.file);
  shownSample = chosenSample();
  setPainting(false);
  moveSlider(50);
  get("result").hidden = false;
  get("result").scrollIntoView({ behavior: "smooth", block: "nearest" });
  say(summary(answer.faces));
}

function summary(faces) {
  const masked = faces.filter((face) => face.found_mask).length;
  const found = faces.length === 1 ? "One face" : `${faces.length} faces`;
  if (!masked) {
    return `${found} found, no mask: nothing was changed. If there is a mask,` +
      " correct that.";
  }
  const which = faces.length === 1 ? "with a mask" : `${masked} with a mask`;
  const unsure = faces.filter((face) => face.answer === "unsure").length;
  const doubt = unsure ? ` (${unsure} unsure)` : "";
  const alone = faces.filter((face) => face.found_mask && !face.by_reference);
  const nobody = references.length && alone.length
    ? ` On the other photos nobody is alike (${alone.length}).` : "";
  return `${found} found, ${which}${doubt}.${nobody} Drag across the photo to` +
    " compare.";
}

function faceBox(face) {
  const box = document.createElement("div");
  box.className = "face";
  const [left, top, width, height] = face.box.map((x) => `${100 * x}%`);
  Object.assign(box.style, { left, top, width, height });
  const label = document.createElement("span");
  label.textContent = { yes: "mask", unsure: "mask?", no: "no mask" }[
    face.answer
  ];
  label.title = face.reason;
  box.append(label);
  return box;
}

function setDownload(answer) {
  if (downloadUrl) URL.revokeObjectURL(downloadUrl);
  downloadUrl = null;
  get("download").hidden = !answer.file;
  if (!answer.file) return;
  const bytes = Uint8Array.from(atob(answer.file), (c) => c.charCodeAt(0));
  downloadUrl = URL.createObjectURL(new Blob([bytes]));
  get("download").href = downloadUrl;
  get("download").download = answer.name;
}

function moveSlider(value) {
  get("slider").value = value;
  get("stage").style.setProperty("--at", `${value}%`);
}

// The mask. On the canvas it is red where it is, and clear elsewhere.

async function fillMask(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  paint.width = image.width;
  paint.height = image.height;
  brush.drawImage(image, 0, 0);
  changePixels((data, i) => {
    data[i + 3] = data[i] > 127 ? 255 : 0;
    data[i] = 230;
    data[i + 1] = data[i + 2] = 30;
  });
}

function changePixels(change, context = brush) {
  const { width, height } = context.canvas;
  const pixels = context.getImageData(0, 0, width, height);
  for (let i = 0; i < pixels.data.length; i += 4) change(pixels.data, i);
  context.putImageData(pixels, 0, 0);
}

function whiteOnBlack() {
  const copy = document.createElement("canvas");
  copy.width = paint.width;
  copy.height = paint.height;
  const context = copy.getContext("2d");
  context.drawImage(paint, 0, 0);
  changePixels((data, i) => {
    data[i] = data[i + 1] = data[i + 2] = data[i + 3] > 127 ? 255 : 0;
    data[i + 3] = 255;
  }, context);
  return copy.toDataURL("image/png").split(",")[1];
}

function setPainting(painting) {
  paint.hidden = !painting;
  get("tools").hidden = !painting;
  get("show").hidden = painting;
  get("choice").hidden = painting || !severalKnown;
  get("others").hidden = get("consent").hidden = painting;
  get("boxes").hidden = get("line").hidden = painting;
  if (!painting) return;
  moveSlider(100); // Corrected on the photo as it was.
  say("Paint over what is mask, and erase what is none.");
}

function placeOf(event) {
  const scale = paint.width / paint.clientWidth;
  return [event.offsetX * scale, event.offsetY * scale];
}

function startStroke(event) {
  event.preventDefault();
  paint.setPointerCapture(event.pointerId);
  stroke = placeOf(event);
  continueStroke(event);
}

function continueStroke(event) {
  if (!stroke) return;
  const erasing = document.querySelector('[name="tool"]:checked').value ===
    "eraser";
  brush.globalCompositeOperation = erasing ? "destination-out" : "source-over";
  brush.strokeStyle = "rgb(230 30 30)";
  brush.lineCap = "round";
  brush.lineWidth = get("size").value / 100 * Math.max(paint.width, paint.height);
  brush.beginPath();
  brush.moveTo(...stroke);
  stroke = placeOf(event);
  brush.lineTo(...stroke);
  brush.stroke();
}

function endStroke() {
  stroke = null;
}

// The camera.

async function openCamera() {
  try {
    get("video").srcObject = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 1920 } },
    });
    get("snap").disabled = true; // Until there is a picture.
    get("viewfinder").hidden = false;
    get("camera").hidden = get("result").hidden = true;
    say("");
  } catch (error) {
    say(`The camera cannot be used (${error.message}).`, true);
  }
}

function closeCamera() {
  get("viewfinder").hidden = true;
  get("camera").hidden = false;
  for (const track of get("video").srcObject.getTracks()) track.stop();
  get("video").srcObject = null;
}

function snap() {
  const frame = document.createElement("canvas");
  frame.width = get("video").videoWidth;
  frame.height = get("video").videoHeight;
  frame.getContext("2d").drawImage(get("video"), 0, 0);
  closeCamera();
  frame.toBlob((blob) => open(new File([blob], "camera.png")), "image/png");
}

get("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = ""; // So that the same file can be chosen again.
  if (file) open(file);
});
get("references").addEventListener("change", (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  if (files.length) addReferences(files);
});
get("forget").addEventListener("click", () => sendWith([]));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  get("drop").classList.add("over");
});
document.addEventListener("dragleave", () => {
  get("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  get("drop").classList.remove("over");
  const files = [...event.dataTransfer.files];
  const toOthers = get("others").contains(event.target) && photo;
  if (files.length && toOthers) addReferences(files);
  else if (files.length) open(files[0]);
});
get("camera").addEventListener("click", openCamera);
get("video").addEventListener("loadeddata", () => {
  get("snap").disabled = false;
});
get("snap").addEventListener("click", snap);
get("cancel").addEventListener("click", closeCamera);
get("slider").addEventListener("input", (e) => moveSlider(e.target.value));
get("badge").addEventListener("change", send);
for (const choice of document.getElementsByName("sample")) {
  choice.addEventListener("change", send);
}
get("correct").addEventListener("click", () => setPainting(true));
get("back").addEventListener("click", () => {
  setPainting(false);
  moveSlider(50);
});
get("again").addEventListener("click", () => {
  corrected = true;
  send();
});
paint.addEventListener("pointerdown", startStroke);
paint.addEventListener("pointermove", continueStroke);
paint.addEventListener("pointerup", endStroke);
paint.addEventListener("pointercancel", endStroke);
