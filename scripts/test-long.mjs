/** `npm run test:long`: every test, those that take long included. Arguments go where those of `npm test` go. */
process.env.TX_TEST_LONG = '1';
await import('./test.mjs');
