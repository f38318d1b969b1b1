// What every worker of Cobnut runs first: it makes a thread of the kernel's memory and hands over to Rust.
//
// The first message says everything: the glue's URL (it is not called cobnut.js under a test runner), the compiled module and
// the shared memory (nothing is fetched or compiled twice), the Web Lock to hold for life, and the Rust entry for its role.
// The entry answers the handler of all further messages; those that come before it are kept.

/** The first message of a worker's parent. `threads.js` makes it. */
const start = async ({ glue, module, memory, stackSize, lock, role, args }) => {
  const rust = await import(glue);
  await holdForLife(lock);
  const exports = rust.initSync({ module, memory, thread_stack_size: stackSize });
  const handler = rust[role](args);
  // What the parent needs to free this thread once the lock tells it that the worker is gone.
  postMessage({ ready: { tls: exports.__tls_base.value, stack: exports.__stack_alloc.value } });
  return handler;
};

/** Resolves when this worker holds the lock `name`, which only its end releases. */
const holdForLife = (name) =>
  new Promise((granted, refused) => {
    const forever = () => {
      granted();
      return new Promise(() => {});
    };
    navigator.locks.request(name, forever).catch(refused);
  });

const early = [];
let deliver = (message) => early.push(message);

const onFirst = ({ data }) => {
  self.onmessage = ({ data }) => deliver(data);
  start(data).then(
    (handler) => {
      deliver = handler;
      early.splice(0).forEach(handler);
    },
    (error) => postMessage({ failed: `${error?.stack ?? error}` }),
  );
};
self.onmessage = onFirst;
