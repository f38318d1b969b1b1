//! The end-to-end tests: the demo page and the public API, in headless Chromium. `make test` runs them.
//!
//! Usage: node tests/e2e/run.mjs [part of a test's name]
//! They need `make build`. Screenshots are left in target/e2e/.
import { launch } from "./support/browser.mjs";
import { runSuites } from "./support/suite.mjs";
import { suites as api } from "./api.mjs";
import { suites as bashCompat } from "./bash-compat.mjs";
import { suites as drivers } from "./drivers.mjs";
import { suites as filesystems } from "./filesystems.mjs";
import { suites as isolation } from "./isolation.mjs";
import { suites as load } from "./load.mjs";
import { suites as modules } from "./modules.mjs";
import { suites as permissions } from "./permissions.mjs";
import { suites as reference } from "./reference.mjs";
import { suites as referenceCalls } from "./reference-calls.mjs";
import { suites as referenceExports } from "./reference-exports.mjs";
import { suites as referenceShells } from "./reference-shells.mjs";
import { suites as stress } from "./stress.mjs";
import { suites as terminal } from "./terminal.mjs";

const browser = await launch();
let failed;
try {
  const suites = [
    ...terminal, ...api, ...modules, ...permissions, ...filesystems, ...drivers, ...reference, ...referenceShells, ...referenceCalls, ...referenceExports,
    ...bashCompat,
    ...load, ...stress, ...isolation,
  ];
  failed = await runSuites(suites, browser, process.argv[2]);
} finally {
  await browser.close();
}
process.exitCode = failed === 0 ? 0 : 1;
