/* The same verifications through OpenSSL, as its users write them.
 *
 * DES: the low-level DES_* functions (table based), the issuer key's schedule cached.
 * AES: EVP, algorithms fetched once and contexts reused.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdint.h>
#include <string.h>

static DES_key_schedule imk_left, imk_right;

void peer_des_imk(const uint8_t key[16]) {
    DES_set_key_unchecked((const_DES_cblock *)key, &imk_left);
    DES_set_key_unchecked((const_DES_cblock *)(key + 8), &imk_right);
}

static void tdes(const uint8_t in[8], uint8_t out[8], DES_key_schedule *l, DES_key_schedule *r) {
    DES_ecb3_encrypt((const_DES_cblock *)in, (DES_cblock *)out, l, r, l, DES_ENCRYPT);
}

/* Card key, common session key, retail MAC over `length` bytes, ARPC method 1. */
int peer_des_verify(const uint8_t y[8], const uint8_t atc[2], const uint8_t *message,
                    size_t length, const uint8_t arqc[8], const uint8_t arc[2],
                    uint8_t arpc[8]) {
    uint8_t key[16], block[8];
    DES_key_schedule left, right;
    for (int i = 0; i < 8; i++) block[i] = (uint8_t)~y[i];
    tdes(y, key, &imk_left, &imk_right);
    tdes(block, key + 8, &imk_left, &imk_right);
    DES_set_key_unchecked((const_DES_cblock *)key, &left);
    DES_set_key_unchecked((const_DES_cblock *)(key + 8), &right);
    memset(block, 0, 8);
    block[0] = atc[0];
    block[1] = atc[1];
    block[2] = 0xF0;
    tdes(block, key, &left, &right);
    block[2] = 0x0F;
    tdes(block, key + 8, &left, &right);
    DES_set_key_unchecked((const_DES_cblock *)key, &left);
    DES_set_key_unchecked((const_DES_cblock *)(key + 8), &right);
    memset(block, 0, 8);
    for (size_t at = 0; at < length; at += 8) {
        for (int i = 0; i < 8; i++) block[i] ^= message[at + i];
        DES_ecb_encrypt((const_DES_cblock *)block, (DES_cblock *)block, &left, DES_ENCRYPT);
    }
    DES_ecb_encrypt((const_DES_cblock *)block, (DES_cblock *)block, &right, DES_DECRYPT);
    DES_ecb_encrypt((const_DES_cblock *)block, (DES_cblock *)block, &left, DES_ENCRYPT);
    int valid = CRYPTO_memcmp(block, arqc, 8) == 0;
    memcpy(block, arqc, 8);
    block[0] ^= arc[0];
    block[1] ^= arc[1];
    tdes(block, arpc, &left, &right);
    return valid;
}

static EVP_CIPHER *ecb;
static EVP_CIPHER_CTX *imk_context, *context;
static EVP_MAC_CTX *cmac;

int peer_aes_imk(const uint8_t key[16]) {
    if (!ecb) {
        ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
        imk_context = EVP_CIPHER_CTX_new();
        context = EVP_CIPHER_CTX_new();
        EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
        cmac = EVP_MAC_CTX_new(mac);
        EVP_MAC_free(mac);
        OSSL_PARAM params[2] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, "AES-128-CBC", 0),
            OSSL_PARAM_construct_end(),
        };
        if (!EVP_MAC_CTX_set_params(cmac, params)) return 0;
        if (!EVP_EncryptInit_ex2(context, ecb, key, NULL, NULL)) return 0;
        EVP_CIPHER_CTX_set_padding(context, 0);
    }
    int ok = EVP_EncryptInit_ex2(imk_context, ecb, key, NULL, NULL);
    EVP_CIPHER_CTX_set_padding(imk_context, 0);
    return ok;
}

/* Option C, common session key, CMAC, ARPC method 2 without proprietary data. */
int peer_aes_verify(const uint8_t y[16], const uint8_t atc[2], const uint8_t *message,
                    size_t length, const uint8_t arqc[8], const uint8_t csu[4],
                    uint8_t arpc[4]) {
    uint8_t key[16], block[16] = {0}, tag[16];
    int n;
    size_t used;
    EVP_EncryptUpdate(imk_context, key, &n, y, 16);
    EVP_EncryptInit_ex2(context, NULL, key, NULL, NULL);
    block[0] = atc[0];
    block[1] = atc[1];
    EVP_EncryptUpdate(context, key, &n, block, 16);
    EVP_MAC_init(cmac, key, 16, NULL);
    EVP_MAC_update(cmac, message, length);
    EVP_MAC_final(cmac, tag, &used, 16);
    int valid = CRYPTO_memcmp(tag, arqc, 8) == 0;
    memcpy(block, arqc, 8);
    memcpy(block + 8, csu, 4);
    EVP_MAC_init(cmac, NULL, 0, NULL);
    EVP_MAC_update(cmac, block, 12);
    EVP_MAC_final(cmac, tag, &used, 16);
    memcpy(arpc, tag, 4);
    return valid;
}

/* Processor time of this thread in nanoseconds. */
#include <time.h>
uint64_t peer_thread_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
