/** Cleans up behind every test file. */
import { afterAll } from 'vitest';
import { removeTempFolders } from './tx.ts';

afterAll(removeTempFolders);
