/**
 * `npm test`: builds, runs the checks of check.mjs, and runs every test. The last line is the sum, alone:
 * `12 passed, 0 failed`, with `, 3 skipped` if there are any. A check that finds something counts as a failure.
 * Arguments go to vitest: `npm test -- graph`, `npm test -- --project unit -t "sorts by name"`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function finish(passed, failed, skipped) {
  if (failed > 0 || passed === 0) process.exitCode = 1;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

/** A suite whose hook fails leaves its tests skipped, so its own errors must count. */
function suitesWithErrors(module) {
  return [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
}

async function runTests(args) {
  const { parseCLI, startVitest } = await import('vitest/node');
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  // Tests that start the program need not build it again.
  process.env.TX_TESTS_BUILT = '1';
  const vitest = await startVitest('test', filter, { ...options, root, watch: false, passWithNoTests: true });
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state) => tests.filter((test) => test.result().state === state);
  const skipped = inState('skipped');
  const unfinished = inState('pending').length;
  const brokenSuites = modules.reduce((sum, module) => sum + suitesWithErrors(module), 0);
  const loose = vitest.state.getUnhandledErrors().length;
  await vitest.close();
  if (skipped.length > 0 && options.testNamePattern === undefined) {
    console.log('\nskipped:');
    for (const test of skipped) {
      const { note } = test.result();
      console.log(`  ${test.module.relativeModuleId} > ${test.fullName}${note === undefined ? '' : `: ${note}`}`);
    }
  }
  return {
    passed: inState('passed').length,
    failed: inState('failed').length + unfinished + brokenSuites + loose,
    skipped: skipped.length,
  };
}

try {
  // Loaded here, so that a missing package is told like any other failure.
  const [{ bundle }, { check }] = await Promise.all([import('./build.mjs'), import('./check.mjs')]);
  await bundle(join(root, 'src/cli/main.ts'), join(root, 'dist'));
  const unchecked = check();
  console.log('');
  const { passed, failed, skipped } = await runTests(process.argv.slice(2));
  for (const name of unchecked) console.log(`\n${name}: failed, see above`);
  console.log('');
  finish(passed, failed + unchecked.length, skipped);
} catch (cause) {
  // esbuild has printed its errors with their places.
  console.error(Array.isArray(cause.errors) ? `\n${cause.message.split('\n')[0]}` : cause);
  finish(0, 1, 0);
}
