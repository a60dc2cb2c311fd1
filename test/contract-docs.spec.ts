import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'e2e', 'contract');
const ROW =
  /^\| (\d+) +\| (.+?) +\| \[([a-z-]+)\]\(\.\.\/test\/e2e\/contract\/((\d\d)-([a-z-]+)\.e2e\.spec\.ts)\) +\|$/;

/** docs/contract.md and the tests of the contract, one to one. */
describe('the contract in docs', () => {
  const text = readFileSync(join(__dirname, '..', 'docs', 'contract.md'), 'utf8');
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.spec.ts'));

  it('has the promises from 1 to 32, each with the test of its number', () => {
    const rows = text.split('\n').filter((line) => /^\| \d/.test(line));
    const promises = rows.map((row) => {
      const [, number, , name, , prefix, named] = ROW.exec(row) ?? [];
      return {
        row,
        number: Number(number),
        prefix: Number(prefix),
        isNamedAlike: name !== undefined && name === named,
      };
    });
    const expected = rows.map((row, n) => ({ row, number: n + 1, prefix: n + 1, isNamedAlike: true }));
    expect(promises).toEqual(expected);
    expect(rows).toHaveLength(32);
  });

  it('links each test once, and no other', () => {
    const linked = [...text.matchAll(/\]\(\.\.\/test\/e2e\/contract\/([^)]+)\)/g)].map(([, file]) => file);
    expect(linked.sort()).toEqual(files.sort());
  });

  it('links pages that are there', () => {
    const pages = [...text.matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, page]) => page);
    expect(pages.length).toBeGreaterThan(0);
    expect(readdirSync(join(__dirname, '..', 'docs'))).toEqual(expect.arrayContaining(pages));
  });
});
