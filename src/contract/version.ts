// The program's version; a test keeps it equal to package.json.
export const varveVersion = '0.1.0';
