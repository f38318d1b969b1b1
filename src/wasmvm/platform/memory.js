// Copies between the guest's memory and the kernel's. A worker runs one guest at a time, so the two views are this module's
// state. They are made anew only when a memory has grown: a guest's grown buffer detaches the old view, whose length is 0
// then; the kernel's shared buffer stays, but its old view is too short.

// Beyond this many bytes one call of the engine is faster than a loop.
const SMALL = 64;

let guestMemory = null;
let guest = new Uint8Array(0);
let kernelMemory = null;
let kernel = new Uint8Array(0);

export function attachGuest(memory, ofKernel) {
  guestMemory = memory;
  guest = new Uint8Array(memory.buffer);
  kernelMemory = ofKernel;
  kernel = new Uint8Array(ofKernel.buffer);
}

export function detachGuest() {
  guestMemory = null;
  guest = new Uint8Array(0);
}

export function guestSize() {
  // The old view's length is 0 once the memory has grown.
  if (guest.length === 0 && guestMemory !== null) guest = new Uint8Array(guestMemory.buffer);
  return guest.length;
}

// Whether both ranges are there, after a look whether the memories have grown.
function reaches(guestEnd, kernelEnd) {
  if (guestMemory === null) return false;
  guest = new Uint8Array(guestMemory.buffer);
  kernel = new Uint8Array(kernelMemory.buffer);
  return guestEnd <= guest.length && kernelEnd <= kernel.length;
}

export function readGuest(at, into, len) {
  if ((at + len > guest.length || into + len > kernel.length) && !reaches(at + len, into + len)) return false;
  if (len <= SMALL) {
    for (let i = 0; i < len; i++) kernel[into + i] = guest[at + i];
  } else {
    kernel.set(guest.subarray(at, at + len), into);
  }
  return true;
}

export function writeGuest(at, from, len) {
  if ((at + len > guest.length || from + len > kernel.length) && !reaches(at + len, from + len)) return false;
  if (len <= SMALL) {
    for (let i = 0; i < len; i++) guest[at + i] = kernel[from + i];
  } else {
    guest.set(kernel.subarray(from, from + len), at);
  }
  return true;
}

// Grows the guest's memory to `size` bytes, of which it has fewer. Throws when there is no room.
export function growGuest(size) {
  guestMemory.grow(Math.ceil((size - guestMemory.buffer.byteLength) / 65536));
  guest = new Uint8Array(guestMemory.buffer);
}
